{{/* What no schema can say: values that contradict each other. Each is refused with one line that says what to set. */}}
{{- define "credbroker.refuse" -}}
{{- $v := .Values -}}
{{- if not $v.tokens.issuer }}{{ fail "tokens.issuer is missing: the address by which verifiers reach the brokers, such as https://credbroker.acme.test." }}{{ end -}}
{{- if not $v.tokens.encryptionKey.secretName }}{{ fail "tokens.encryptionKey.secretName is missing: the replicas share their signing keys in the store, sealed by it." }}{{ end -}}
{{- if and (not $v.tls.secretName) (not $v.tls.certManager.enabled) }}{{ fail "tls.secretName is missing: name a TLS secret, or set tls.certManager.enabled." }}{{ end -}}
{{- if and $v.tls.certManager.enabled (not $v.tls.certManager.issuerRef.name) }}{{ fail "tls.certManager.issuerRef.name is missing." }}{{ end -}}
{{- include "credbroker.refuseRedis" $v.redis -}}
{{- if not (or $v.catalogue.documents $v.catalogue.configMaps) }}{{ fail "catalogue is empty: set catalogue.documents or catalogue.configMaps." }}{{ end -}}
{{- if not (or $v.policies.documents $v.policies.configMaps) }}{{ fail "policies is empty: set policies.documents or policies.configMaps; without policies nothing is allowed." }}{{ end -}}
{{- if and $v.attestation.kubernetes.enabled (not $v.attestation.kubernetes.clusterName) }}{{ fail "attestation.kubernetes.clusterName is missing: the cluster's name in subjects and selectors." }}{{ end -}}
{{- if and $v.autoscaling.enabled (gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas)) }}{{ fail "autoscaling.minReplicas is above autoscaling.maxReplicas." }}{{ end -}}
{{- if and (or $v.metrics.serviceMonitor.enabled $v.metrics.rules.enabled) (not $v.metrics.enabled) }}{{ fail "metrics.serviceMonitor and metrics.rules need metrics.enabled." }}{{ end -}}
{{- end }}

{{- define "credbroker.refuseRedis" -}}
{{- if and .endpoints .connectionString.secretName }}{{ fail "redis.endpoints and redis.connectionString.secretName exclude each other." }}{{ end -}}
{{- if not (or .endpoints .connectionString.secretName) }}{{ fail "redis.endpoints is missing: the replicas share one Redis. Name its endpoints, or a secret in redis.connectionString." }}{{ end -}}
{{- if and .connectionString.secretName (or .user .sentinelServiceName) }}{{ fail "redis.user and redis.sentinelServiceName stand in the connection string where that comes from a secret." }}{{ end -}}
{{- if and .tls.ca.secretName .tls.ca.configMapName }}{{ fail "redis.tls.ca is in a secret or in a ConfigMap, not in both." }}{{ end -}}
{{- if and (not .tls.enabled) (or .tls.ca.secretName .tls.ca.configMapName .tls.clientCertificate.secretName) }}{{ fail "redis.tls.ca and redis.tls.clientCertificate need redis.tls.enabled." }}{{ end -}}
{{- end }}
