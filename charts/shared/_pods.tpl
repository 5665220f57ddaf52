{{/* What the pods have in common. */}}

{{/*
How every pod runs: as Pod Security `restricted` asks, without a token for the API, and gone
within five seconds. Arguments: root; user, the numeric id that its image is made for.
*/}}
{{- define "shop.pod" -}}
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
{{- define "shop.container" -}}
imagePullPolicy: {{ .Values.imagePullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end }}

{{/*
Environment variables out of a Secret, where they have the same names. Arguments: secret, its
name; keys.
*/}}
{{- define "shop.secretEnvironment" -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.secret | quote }}
      key: {{ . }}
{{- end }}
{{- end }}

{{/*
The probes of a server of customers' pages. Arguments: started, the path that answers once it can
serve; alive, the path that asks the process alone, so that nothing is restarted while something
else is away; patience, how many seconds a start may take.
*/}}
{{- define "shop.pageProbes" -}}
startupProbe:
  httpGet:
    port: http
    path: {{ .started }}
  periodSeconds: 1
  failureThreshold: {{ .patience }}
readinessProbe:
  httpGet:
    port: http
    path: {{ .alive }}
  periodSeconds: 5
  timeoutSeconds: 3
livenessProbe:
  httpGet:
    port: http
    path: {{ .alive }}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
{{- end }}

{{/* The probes of a database. Argument: the name of its port. */}}
{{- define "shop.databaseProbes" -}}
startupProbe:
  tcpSocket:
    port: {{ . }}
  periodSeconds: 1
  failureThreshold: 300
readinessProbe:
  tcpSocket:
    port: {{ . }}
  periodSeconds: 10
livenessProbe:
  tcpSocket:
    port: {{ . }}
  periodSeconds: 30
  timeoutSeconds: 5
  failureThreshold: 5
{{- end }}

{{/*
What replicas of one component need besides: they spread over the nodes, and take no new
connection for two seconds before they stop, until every proxy has heard of it. Arguments: root;
component; replicas.
*/}}
{{- define "shop.spread" -}}
{{- if gt (int .replicas) 1 -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "shop.selectorLabels" . | nindent 8 }}
{{- end }}
{{- end }}

{{- define "shop.drain" -}}
{{- if gt (int .) 1 -}}
lifecycle:
  preStop:
    sleep:
      seconds: 2
{{- end }}
{{- end }}
