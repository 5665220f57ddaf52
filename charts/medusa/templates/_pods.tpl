{{/* What the pods have in common. */}}

{{/*
How every pod runs: as Pod Security `restricted` asks, without a token for the API, and gone
within five seconds. Arguments: root; user, the numeric id that its image is made for.
*/}}
{{- define "medusa.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 5
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{/* How every container runs. Argument: the chart's context. */}}
{{- define "medusa.container" -}}
imagePullPolicy: {{ .Values.imagePullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end }}

{{/* Environment variables out of the shop's Secret. Arguments: root; keys, their names. */}}
{{- define "medusa.secretEnvironment" -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.root.Values.secretName | quote }}
      key: {{ . }}
{{- end }}
{{- end }}

{{/*
What replicas of one component need besides: they spread over the nodes, and take no new
connection for two seconds before they stop, until every proxy has heard of it. Arguments: root;
component; replicas.
*/}}
{{- define "medusa.spread" -}}
{{- if gt (int .replicas) 1 -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "medusa.selectorLabels" . | nindent 8 }}
{{- end }}
{{- end }}

{{- define "medusa.drain" -}}
{{- if gt (int .) 1 -}}
lifecycle:
  preStop:
    sleep:
      seconds: 2
{{- end }}
{{- end }}
