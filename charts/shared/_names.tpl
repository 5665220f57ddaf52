{{/*
What every chart of a shop has in common, linked into its `templates` as `shared`.

Names and labels. Arguments: root, the chart's context; component, where there is one.
*/}}

{{/* What tells a component's pods apart from all others. Selectors cannot be changed once made. */}}
{{- define "shop.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* Of pods. No version is among them: a new one would restart what did not change. */}}
{{- define "shop.podLabels" -}}
{{ include "shop.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
storeweaver.dev/store: {{ .root.Release.Name | quote }}
{{- end }}

{{/* Of all other objects. */}}
{{- define "shop.labels" -}}
{{ include "shop.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{/*
The shop's address as a browser's Origin header has it: without the scheme's own port, so that
it can be compared letter by letter. Argument: the chart's context.
*/}}
{{- define "shop.address" -}}
{{- $own := ternary 443 80 (eq .Values.scheme "https") -}}
{{- $port := int .Values.port -}}
{{ .Values.scheme }}://{{ .Values.host }}{{ if and $port (ne $port $own) }}:{{ $port }}{{ end }}
{{- end }}

{{- define "shop.tlsSecretName" -}}
{{ .Values.ingress.tls.secretName | default (printf "%s-tls" .Release.Name) }}
{{- end }}
