{{/* Names and labels. Arguments: root, the chart's context; component, where there is one. */}}

{{/* What tells a component's pods apart from all others. Selectors cannot be changed once made. */}}
{{- define "medusa.selectorLabels" -}}
app.kubernetes.io/name: medusa
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* Of pods. No version is among them: a new one would restart what did not change. */}}
{{- define "medusa.podLabels" -}}
{{ include "medusa.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
storeweaver.dev/store: {{ .root.Release.Name | quote }}
{{- end }}

{{/* Of all other objects. */}}
{{- define "medusa.labels" -}}
{{ include "medusa.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}

{{- define "medusa.tlsSecretName" -}}
{{ .Values.ingress.tls.secretName | default (printf "%s-tls" .Release.Name) }}
{{- end }}
