{{/*
The shop's address as a browser's Origin header has it: without the scheme's own port. Medusa
compares the two letter by letter.
*/}}
{{- define "medusa.address" -}}
{{- $own := ternary 443 80 (eq .Values.scheme "https") -}}
{{- $port := int .Values.port -}}
{{ .Values.scheme }}://{{ .Values.host }}{{ if and $port (ne $port $own) }}:{{ $port }}{{ end }}
{{- end }}
