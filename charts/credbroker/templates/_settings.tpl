{{/* One value of a setting as text; whole numbers stay whole. */}}
{{- define "credbroker.scalar" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end -}}
{{- end }}

{{/* Nested settings as lines "Section:Name": "value", for fromYaml. */}}
{{- define "credbroker.flatten" -}}
{{- $path := .path -}}
{{- if kindIs "map" .value }}
{{- range $key, $value := .value }}{{ include "credbroker.flatten" (dict "path" (printf "%s:%s" $path $key) "value" $value) }}{{ end }}
{{- else if kindIs "slice" .value }}
{{- range $index, $value := .value }}{{ include "credbroker.flatten" (dict "path" (printf "%s:%d" $path $index) "value" $value) }}{{ end }}
{{- else }}
{{ $path | quote }}: {{ include "credbroker.scalar" .value | quote }}
{{- end }}
{{- end }}

{{/* A StackExchange.Redis connection string; the password is in a file of its own. */}}
{{- define "credbroker.redisConnectionString" -}}
{{- $parts := .endpoints -}}
{{- if .sentinelServiceName }}{{ $parts = append $parts (printf "serviceName=%s" .sentinelServiceName) }}{{ end -}}
{{- if .tls.enabled }}{{ $parts = append $parts "ssl=true" }}{{ end -}}
{{- if .user }}{{ $parts = append $parts (printf "user=%s" .user) }}{{ end -}}
{{- join "," $parts -}}
{{- end }}

{{/* What the chart itself sets, nested. */}}
{{- define "credbroker.ownSettings" -}}
Listen:
  Https: {{ printf "https://%s:8443" .Values.listenAddress | quote }}
  CertificateFile: /etc/credbroker/tls/tls.crt
  PrivateKeyFile: /etc/credbroker/tls/tls.key
Data:
  Path: /var/lib/credbroker/data/broker
Audit:
  Path: /var/lib/credbroker/audit/trail
Templates:
  Path: /etc/credbroker/catalogue
Policies:
  Path: /etc/credbroker/policies
Tokens:
  Issuer: {{ .Values.tokens.issuer | quote }}
  Keys:
    Source: store
    EncryptionKeyFile: /etc/credbroker/keys/key-encryption-key
Storage:
  Redis:
    {{- with .Values.redis }}
    {{- if .endpoints }}
    ConnectionString: {{ include "credbroker.redisConnectionString" . | quote }}
    {{- end }}
    {{- if .password.secretName }}
    PasswordFile: /etc/credbroker/redis/password
    {{- end }}
    {{- if or .tls.ca.secretName .tls.ca.configMapName }}
    CaFile: /etc/credbroker/redis/ca.crt
    {{- end }}
    {{- if .tls.clientCertificate.secretName }}
    ClientCertificateFile: /etc/credbroker/redis/tls.crt
    ClientKeyFile: /etc/credbroker/redis/tls.key
    {{- end }}
    {{- end }}
{{- if .Values.metrics.enabled }}
Telemetry:
  Prometheus:
    Listen: {{ printf "http://%s:%v" .Values.listenAddress .Values.metrics.port | quote }}
{{- end }}
{{- with .Values.attestation.kubernetes }}
{{- if .enabled }}
Attestation:
  Kubernetes:
    Clusters:
      - Name: {{ .clusterName | quote }}
        {{- if .issuer }}
        Issuer: {{ .issuer | quote }}
        {{- end }}
        Audiences: {{ toJson .audiences }}
        ApiServer: {{ .apiServer | quote }}
        TokenFile: /var/run/credbroker/api-server/token
        CaFile: /var/run/credbroker/api-server/ca.crt
        AllowPrivateAddresses: true
      {{- with .moreClusters }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
{{- end }}
{{- end }}
{{- if .Values.vault.clusters }}
Backends:
  Vault:
    Clusters:
      {{- range $index, $cluster := .Values.vault.clusters }}
      - Name: {{ .name | quote }}
        Address: {{ .address | quote }}
        {{- if .namespace }}
        Namespace: {{ .namespace | quote }}
        {{- end }}
        Login: Kubernetes
        LoginRole: {{ .loginRole | quote }}
        LoginMount: {{ default "kubernetes" .loginMount | quote }}
        JwtFile: {{ printf "/var/run/credbroker/vault-%d/token" $index | quote }}
        TokenRole: {{ default "credbroker" .tokenRole | quote }}
        {{- if .ca }}
        CaFile: {{ printf "/var/run/credbroker/vault-%d/ca.crt" $index | quote }}
        {{- end }}
        {{- with .settings }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
{{- end }}
{{- end }}

{{/* Environment variables: what the chart sets and what .Values.settings adds, which must not be the same. */}}
{{- define "credbroker.environment" -}}
{{- $own := dict -}}
{{- range $section, $value := fromYaml (include "credbroker.ownSettings" .) }}
{{- $own = merge $own (fromYaml (include "credbroker.flatten" (dict "path" $section "value" $value))) -}}
{{- end }}
{{- $all := deepCopy $own -}}
{{- range $section, $value := .Values.settings }}
{{- range $name, $text := fromYaml (include "credbroker.flatten" (dict "path" $section "value" $value)) }}
{{- if hasKey $own $name }}{{ fail (printf "settings: %s is set by the chart itself; README.md says by which value." $name) }}{{ end -}}
{{- $_ := set $all $name $text -}}
{{- end }}
{{- end }}
{{- range $name := keys $all | sortAlpha }}
- name: {{ replace ":" "__" $name | quote }}
  {{- /* Kubernetes expands $(NAME) unless it is written $$(NAME). */}}
  value: {{ get $all $name | replace "$(" "$$(" | quote }}
{{- end }}
{{- with .Values.redis.connectionString }}
{{- if .secretName }}
- name: "Storage__Redis__ConnectionString"
  valueFrom:
    secretKeyRef: { name: {{ .secretName | quote }}, key: {{ .key | quote }} }
{{- end }}
{{- end }}
{{- end }}
