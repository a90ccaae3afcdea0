{{/*
Mode 288 is 0440. The kubelet gives the files of Secrets to root and, by fsGroup, to the broker's group: such a file the broker takes, and none that others
can read. All folders are mounted whole and never by subPath, because only then a change reaches the pod.
*/}}
{{- define "credbroker.volumes" -}}
- name: tmp
  emptyDir: { medium: Memory, sizeLimit: 64Mi }
- name: tls
  secret:
    secretName: {{ include "credbroker.tlsSecretName" . | quote }}
    defaultMode: 288
- name: keys
  secret:
    secretName: {{ .Values.tokens.encryptionKey.secretName | quote }}
    defaultMode: 288
    items: [{ key: {{ .Values.tokens.encryptionKey.key | quote }}, path: key-encryption-key }]
{{- include "credbroker.documents" (dict "name" "catalogue" "values" .Values.catalogue "fullname" (include "credbroker.fullname" .)) }}
{{- include "credbroker.documents" (dict "name" "policies" "values" .Values.policies "fullname" (include "credbroker.fullname" .)) }}
{{- include "credbroker.redisVolume" .Values.redis }}
{{- if .Values.attestation.kubernetes.enabled }}
- name: api-server
  projected:
    defaultMode: 288
    sources:
      - serviceAccountToken: { path: token, expirationSeconds: 3600 }
      - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
{{- end }}
{{- range $index, $cluster := .Values.vault.clusters }}
- name: vault-{{ $index }}
  projected:
    defaultMode: 288
    sources:
      - serviceAccountToken: { path: token, expirationSeconds: 3600, audience: {{ default "vault" .audience | quote }} }
      {{- with .ca }}
      {{- include "credbroker.caSource" . | nindent 6 }}
      {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "credbroker.volumeMounts" -}}
- { name: data, mountPath: /var/lib/credbroker/data }
- { name: audit, mountPath: /var/lib/credbroker/audit }
- { name: tmp, mountPath: /tmp }
- { name: tls, mountPath: /etc/credbroker/tls, readOnly: true }
- { name: keys, mountPath: /etc/credbroker/keys, readOnly: true }
- { name: catalogue, mountPath: /etc/credbroker/catalogue, readOnly: true }
- { name: policies, mountPath: /etc/credbroker/policies, readOnly: true }
{{- if include "credbroker.redisVolume" .Values.redis }}
- { name: redis, mountPath: /etc/credbroker/redis, readOnly: true }
{{- end }}
{{- if .Values.attestation.kubernetes.enabled }}
- { name: api-server, mountPath: /var/run/credbroker/api-server, readOnly: true }
{{- end }}
{{- range $index, $cluster := .Values.vault.clusters }}
- { name: vault-{{ $index }}, mountPath: /var/run/credbroker/vault-{{ $index }}, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* One folder made of the chart's own ConfigMap and of those that are named. */}}
{{- define "credbroker.documents" }}
- name: {{ .name }}
  projected:
    sources:
      {{- if .values.documents }}
      - configMap: { name: {{ printf "%s-%s" .fullname .name | quote }} }
      {{- end }}
      {{- range .values.configMaps }}
      - configMap: { name: {{ . | quote }} }
      {{- end }}
{{- end }}

{{- define "credbroker.redisVolume" -}}
{{- $ca := or .tls.ca.secretName .tls.ca.configMapName -}}
{{- if or .password.secretName $ca .tls.clientCertificate.secretName }}
- name: redis
  projected:
    defaultMode: 288
    sources:
      {{- if .password.secretName }}
      - secret: { name: {{ .password.secretName | quote }}, items: [{ key: {{ .password.key | quote }}, path: password }] }
      {{- end }}
      {{- if $ca }}
      {{- include "credbroker.caSource" .tls.ca | nindent 6 }}
      {{- end }}
      {{- if .tls.clientCertificate.secretName }}
      - secret: { name: {{ .tls.clientCertificate.secretName | quote }}, items: [{ key: tls.crt, path: tls.crt }, { key: tls.key, path: tls.key }] }
      {{- end }}
{{- end }}
{{- end }}

{{- define "credbroker.caSource" -}}
- {{ if .secretName }}secret{{ else }}configMap{{ end }}: { name: {{ default .configMapName .secretName | quote }}, items: [{ key: {{ default "ca.crt" .key | quote }}, path: ca.crt }] }
{{- end }}
