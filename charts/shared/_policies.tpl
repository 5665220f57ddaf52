{{/* NetworkPolicies that every shop has, and what goes into its own. */}}

{{/*
What no other policy names is denied, to pods of others in the namespace as well. Arguments: root;
name.
*/}}
{{- define "shop.denyAll" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  podSelector: {}
  policyTypes:
    - Ingress
    - Egress
{{- end }}

{{/*
cert-manager proves that the host is ours by a pod that answers through the ingress. Arguments:
root; name.
*/}}
{{- define "shop.allowCertificateProof" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      acme.cert-manager.io/http01-solver: "true"
  policyTypes:
    - Ingress
  ingress:
    - ports:
        - port: 8089
      {{- with .root.Values.networkPolicy.ingressFrom }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{/* Of any address: a cluster's name server may be a pod, a cache on the node, or outside. */}}
{{- define "shop.toNameServers" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
