{{- /* How to get into a database: (list root "program" or "owner" database). */ -}}
{{- define "marketplace.databaseSources" -}}
{{- $root := index . 0 }}{{ $role := index . 1 }}{{ $database := index . 2 }}
{{- $secret := include "marketplace.conninfo" . | fromYaml }}
{{- $postgres := $root.Values.postgres -}}
- secret: {name: {{ $secret.name }}, items: [{key: {{ $secret.key }}, path: postgres/{{ $database }}}]}
{{- if eq $postgres.mode "cloudnative-pg" }}
- secret: {name: {{ include "marketplace.fullname" $root }}-{{ $database }}-ca, items: [{key: ca.crt, path: postgres_ca/{{ $database }}.crt}]}
{{- else if $postgres.caSecret.name }}
- secret: {name: {{ $postgres.caSecret.name }}, items: [{key: {{ $postgres.caSecret.key }}, path: postgres_ca.crt}]}
{{- end }}
{{- end }}

{{- /* What a program finds below /run/marketplace, each file by reference: (list root name program). */ -}}
{{- define "marketplace.secretSources" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $program := index . 2 }}
{{- $values := $root.Values }}
{{- if $program.mtls }}
- secret:
    name: {{ include "marketplace.tlsSecret" (list $root $name) }}
    items:
      - {key: tls.crt, path: tls/tls.crt}
      - {key: tls.key, path: tls/tls.key}
      - {key: ca.crt, path: tls/ca.crt}
{{- end }}
{{- range $program.databases }}
{{ include "marketplace.databaseSources" (list $root "program" .) }}
{{- end }}
{{- if $program.signs }}
{{- with $values.rootKey.secret }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: root_key}]}
{{- end }}
{{- end }}
{{- if and $program.redis $values.redis.address $values.redis.passwordSecret.name }}
{{- with $values.redis.passwordSecret }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: redis_password}]}
{{- end }}
{{- end }}
{{- if and $program.charges $values.provider.keySecret.name }}
{{- with $values.provider.keySecret }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: provider_key}]}
{{- end }}
{{- end }}
{{- if and $program.mails (not $values.mailbox.enabled) }}
{{- with $values.mail }}
{{- if .user }}
- secret: {name: {{ .passwordSecret.name }}, items: [{key: {{ .passwordSecret.key }}, path: smtp_password}]}
{{- end }}
{{- if .caSecret.name }}
- secret: {name: {{ .caSecret.name }}, items: [{key: {{ .caSecret.key }}, path: smtp_ca.crt}]}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Databases of yours: whether the server is checked is said by `sslmode` in the conninfo, against what by this. */ -}}
{{- define "marketplace.postgresEnvironment" -}}
{{- $root := index . 0 }}{{ $program := index . 1 }}
{{- $postgres := $root.Values.postgres }}
{{- if and $program.databases (eq $postgres.mode "external") $postgres.caSecret.name }}
- {name: PGSSLROOTCERT, value: /run/marketplace/postgres_ca.crt}
{{- end }}
{{- end }}
