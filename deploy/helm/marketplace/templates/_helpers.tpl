{{- /* The part of the topology that these values ask for. */ -}}
{{- define "marketplace.programs" -}}
{{- $all := include "marketplace.topology" . | fromYaml }}
{{- $names := eq .Values.shape "single" | ternary (list "marketplace") (without (keys $all) "marketplace" "sandbox") }}
{{- if .Values.sandbox.enabled }}{{ $names = append $names "sandbox" }}{{ end }}
{{- $programs := dict }}
{{- range $names }}{{ $_ := set $programs . (get $all .) }}{{ end }}
{{- toYaml $programs }}
{{- end }}

{{- define "marketplace.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "marketplace.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "marketplace.labels" -}}
{{ include "marketplace.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- /* Of what an operator makes pods from: those may inherit labels, and must not be taken for ours by a selector. */ -}}
{{- define "marketplace.operandLabels" -}}
app.kubernetes.io/part-of: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "marketplace.serviceAccountName" -}}
{{- default (.Values.serviceAccount.create | ternary (include "marketplace.fullname" .) "default") .Values.serviceAccount.name }}
{{- end }}

{{- /* What every pod of ours has in its spec. */ -}}
{{- define "marketplace.podDefaults" -}}
serviceAccountName: {{ include "marketplace.serviceAccountName" . }}
automountServiceAccountToken: false
# Variables of Services start with the release's name: MARKET_… of a release `market` would be a setting.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAs.user }}
  runAsGroup: {{ .Values.runAs.group }}
  fsGroup: {{ .Values.runAs.group }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "marketplace.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* (list root image); without a tag the chart's version of it. */ -}}
{{- define "marketplace.image" -}}
{{- $image := index . 1 }}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ default (index . 0).Chart.AppVersion $image.tag }}
{{- end }}
{{- end }}

{{- /* Replicas on different nodes, in different zones: (list root component). */ -}}
{{- define "marketplace.spread" -}}
{{- $root := index . 0 }}{{ $component := index . 1 -}}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "marketplace.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
  {{- end }}
{{- end }}

{{- /* {name, key} of the Secret with a conninfo: (list root "program" or "owner" database). */ -}}
{{- define "marketplace.conninfo" -}}
{{- $root := index . 0 }}{{ $role := index . 1 }}{{ $database := index . 2 }}
{{- $cluster := printf "%s-%s" (include "marketplace.fullname" $root) $database }}
{{- if ne $root.Values.postgres.mode "cloudnative-pg" }}
{{- $external := required (printf "postgres.external.%s is missing: postgres.mode is external" $database) (get $root.Values.postgres.external $database) }}
{{- toYaml (eq $role "owner" | ternary $external.owner $external.secret) }}
{{- else if eq $role "owner" }}
{{- /* Made by the operator. */ -}}
name: {{ $cluster }}-app
key: uri
{{- else }}
name: {{ $cluster }}-program
key: conninfo
{{- end }}
{{- end }}

{{- define "marketplace.tlsSecret" -}}
{{- $root := index . 0 }}{{ $program := index . 1 }}
{{- if eq $root.Values.mtls.mode "cert-manager" }}{{ include "marketplace.fullname" $root }}-{{ $program }}-tls
{{- else }}{{ required (printf "mtls.secrets.%s is missing: mtls.mode is secrets" $program) (get $root.Values.mtls.secrets $program) }}
{{- end }}
{{- end }}

{{- define "marketplace.kafkaBrokers" -}}
{{- if eq .Values.kafka.mode "strimzi" }}{{ include "marketplace.fullname" . }}-logs-kafka-bootstrap.{{ .Release.Namespace }}.svc:9092
{{- else if eq .Values.kafka.mode "external" }}{{ required "kafka.brokers is missing: kafka.mode is external" .Values.kafka.brokers }}
{{- end }}
{{- end }}

{{- define "marketplace.providerUrl" -}}
{{- if .Values.sandbox.enabled }}http://{{ include "marketplace.fullname" . }}-sandbox.{{ .Release.Namespace }}.svc:8081
{{- else }}{{ required "provider.url is missing: name the payment provider, or set sandbox.enabled for the one for development" .Values.provider.url }}
{{- end }}
{{- end }}

{{- /* Where mails go, as keys of notification. */ -}}
{{- define "marketplace.mail" -}}
public_url: {{ .Values.issuer }}
{{- with .Values.mail }}
{{- if $.Values.mailbox.enabled }}
smtp_host: {{ include "marketplace.fullname" $ }}-mailbox.{{ $.Release.Namespace }}.svc
smtp_port: 1025
smtp_security: none
mail_from: {{ default "no-reply@marketplace.test" .from | quote }}
{{- else }}
smtp_host: {{ required "mail.host is missing: name the mail server, or set mailbox.enabled for the one for development" .host }}
smtp_port: {{ .port }}
smtp_security: {{ .security }}
mail_from: {{ required "mail.from is missing: the sender of every mail" .from | quote }}
{{- if .user }}
smtp_user: {{ .user | quote }}
smtp_password_file: /run/marketplace/smtp_password
{{- $_ := required "mail.passwordSecret is missing: mail.user is set" .passwordSecret.name }}
{{- end }}
{{- if .caSecret.name }}
smtp_ca_file: /run/marketplace/smtp_ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The properties file of a program: (list root name). What values say in `config` comes last and wins. */ -}}
{{- define "marketplace.properties" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}
{{- $values := $root.Values }}
{{- $program := get (include "marketplace.topology" $root | fromYaml) $name }}
{{- $full := include "marketplace.fullname" $root }}
{{- $keys := dict "auth.issuer" $values.issuer "metrics.listen" "0.0.0.0:9464" }}
{{- if $program.http }}
{{- $_ := set $keys "http.listen" "0.0.0.0:8080" }}
{{- $_ := set $keys "pages.directory" "/usr/share/marketplace/site/shop" }}
{{- $_ := set $keys "pages.public_url" $values.issuer }}
{{- end }}
{{- if $program.grpc }}{{ $_ := set $keys "grpc.listen" "0.0.0.0:9090" }}{{ end }}
{{- if $program.provider }}
{{- $_ := set $keys "sandbox.listen" "0.0.0.0:8081" }}
{{- /* Of a browser that confirms a payment, through port-forward. */ -}}
{{- $_ := set $keys "sandbox.public_url" "http://127.0.0.1:8081" }}
{{- end }}
{{- if $program.mtls }}
{{- $_ := set $keys "tls.certificate" "/run/marketplace/tls/tls.crt" }}
{{- $_ := set $keys "tls.key" "/run/marketplace/tls/tls.key" }}
{{- $_ := set $keys "tls.ca" "/run/marketplace/tls/ca.crt" }}
{{- end }}
{{- range $program.peers }}
{{- $_ := set $keys (printf "peers.%s" .) (printf "%s-%s.%s.svc:9090" $full . $root.Release.Namespace) }}
{{- end }}
{{- $several := gt (len $program.databases) 1 }}
{{- range $program.databases }}
{{- $prefix := $several | ternary (printf "%s." .) "" }}
{{- $_ := set $keys (printf "%spostgres.conninfo_file" $prefix) (printf "/run/marketplace/postgres/%s" .) }}
{{- /* A Cluster has a CA of its own. */ -}}
{{- if eq $values.postgres.mode "cloudnative-pg" }}{{ $_ := set $keys (printf "%spostgres.ca" $prefix) (printf "/run/marketplace/postgres_ca/%s.crt" .) }}{{ end }}
{{- end }}
{{- if $program.signs }}{{ $_ := set $keys "auth.root_key_file" "/run/marketplace/root_key" }}{{ end }}
{{- if and $program.redis $values.redis.address }}
{{- $_ := set $keys "redis.address" $values.redis.address }}
{{- if $values.redis.passwordSecret.name }}{{ $_ := set $keys "redis.password_file" "/run/marketplace/redis_password" }}{{ end }}
{{- end }}
{{- if and $program.pictures $values.pictures.claim }}
{{- /* Of the single process all that keep some. */ -}}
{{- range ternary (list "user" "product") (list $name) (eq $name "marketplace") }}{{ $_ := set $keys (printf "%s.pictures_directory" .) "/var/lib/marketplace/pictures" }}{{ end }}
{{- end }}
{{- if $program.charges }}
{{- $_ := set $keys "payment.provider_url" (include "marketplace.providerUrl" $root) }}
{{- $_ := set $keys "payment.public_url" $values.issuer }}
{{- if $values.provider.keySecret.name }}{{ $_ := set $keys "payment.provider_key_file" "/run/marketplace/provider_key" }}{{ end }}
{{- end }}
{{- if $program.mails }}
{{- range $key, $value := include "marketplace.mail" $root | fromYaml }}{{ $_ := set $keys (printf "notification.%s" $key) $value }}{{ end }}
{{- end }}
{{- if ne $values.kafka.mode "none" }}
{{- $_ := set $keys "log.kafka.brokers" (include "marketplace.kafkaBrokers" $root) }}
{{- $_ := set $keys "log.kafka.topic" $values.kafka.topic }}
{{- if $values.kafka.eventTopics }}
{{- $_ := set $keys "events.kafka.brokers" (include "marketplace.kafkaBrokers" $root) }}
{{- $_ := set $keys "events.kafka.topics" $values.kafka.eventTopics }}
{{- end }}
{{- end }}
{{- if $values.tracing.endpoint }}{{ $_ := set $keys "trace.endpoint" $values.tracing.endpoint }}{{ end }}
{{- range $key, $value := merge (dict) (get $values.programs $name).config $values.config $keys }}
{{ $key }} = {{ include "marketplace.value" $value }}
{{- end }}
{{- end }}

{{- /* As the programs write values: yes and no, whole numbers without an exponent. */ -}}
{{- define "marketplace.value" -}}
{{- if kindIs "bool" . }}{{ . | ternary "yes" "no" }}
{{- else if kindIs "float64" . }}{{ eq . (floor .) | ternary (printf "%.0f" .) (printf "%g" .) }}
{{- else }}{{ . }}
{{- end }}
{{- end }}
