{{/* Whole objects. Arguments of each: root, the chart's context; name, the object's. */}}

{{/* A component's Service. Further arguments: component; port; portName. */}}
{{- define "shop.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "shop.selectorLabels" . | nindent 4 }}
  ports:
    - name: {{ .portName }}
      port: {{ .port }}
      targetPort: {{ .portName }}
{{- end }}

{{/*
A volume. A claim of its own rather than a StatefulSet's template, which no upgrade can change:
this one may grow. Further arguments: component; storage; accessMode.
*/}}
{{- define "shop.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
  {{- if .root.Values.keepVolumes }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
spec:
  accessModes:
    - {{ .accessMode }}
  {{- with .root.Values.storageClassName }}
  storageClassName: {{ . | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ .storage }}
{{- end }}

{{/*
The way from the ingress controller. Further argument: paths, from each path to the name of the
Service whose port `http` it leads to; the longest that fits counts.
*/}}
{{- define "shop.ingress" -}}
{{- $ingress := .root.Values.ingress }}
{{- $annotations := $ingress.annotations }}
{{- if and $ingress.tls.enabled $ingress.tls.clusterIssuer }}
{{- $annotations = merge (dict "cert-manager.io/cluster-issuer" $ingress.tls.clusterIssuer) $annotations }}
{{- end }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- if $ingress.tls.enabled }}
  tls:
    - hosts:
        - {{ .root.Values.host | quote }}
      secretName: {{ include "shop.tlsSecretName" .root | quote }}
  {{- end }}
  rules:
    - host: {{ .root.Values.host | quote }}
      http:
        paths:
          {{- range $path, $service := .paths }}
          - path: {{ $path }}
            pathType: Prefix
            backend:
              service:
                name: {{ $service }}
                port:
                  name: http
          {{- end }}
{{- end }}

{{/* A node's drain takes one pod of a component at a time. Further argument: component. */}}
{{- define "shop.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "shop.selectorLabels" . | nindent 6 }}
{{- end }}

{{/* Bounds for the whole namespace, which the shop has to itself. */}}
{{- define "shop.quota" -}}
apiVersion: v1
kind: ResourceQuota
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  hard:
    {{- range $resource, $quantity := .root.Values.resourceQuota.hard }}
    {{ $resource }}: {{ $quantity | quote }}
    {{- end }}
{{- end }}

{{- define "shop.limits" -}}
apiVersion: v1
kind: LimitRange
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  limits:
    - type: Container
      default:
        {{- toYaml .root.Values.limitRange.default | nindent 8 }}
      defaultRequest:
        {{- toYaml .root.Values.limitRange.defaultRequest | nindent 8 }}
{{- end }}
