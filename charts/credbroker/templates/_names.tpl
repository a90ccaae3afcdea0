{{- define "credbroker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* Pods are called by it with a number, and volume claims with more: it has to be short. */}}
{{- define "credbroker.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "credbroker.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "credbroker.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "credbroker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "credbroker.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "credbroker.labels" -}}
{{ include "credbroker.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "credbroker.serviceAccountName" -}}
{{- default (ternary (include "credbroker.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end }}

{{- define "credbroker.podsService" -}}
{{- printf "%s-pods" (include "credbroker.fullname" .) -}}
{{- end }}

{{- define "credbroker.tlsSecretName" -}}
{{- default (printf "%s-tls" (include "credbroker.fullname" .)) .Values.tls.secretName -}}
{{- end }}

{{- define "credbroker.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end }}

{{/* Where a cluster of Vault listens: the port of its address. */}}
{{- define "credbroker.vaultPort" -}}
{{- $host := (urlParse .address).host -}}
{{- if regexMatch ":[0-9]+$" $host }}{{ regexReplaceAll "^.*:" $host "" }}{{ else }}443{{ end -}}
{{- end }}
