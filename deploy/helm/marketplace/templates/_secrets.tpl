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
{{- $secret := include "marketplace.conninfo" (list $root .) | fromYaml }}
- secret: {name: {{ $secret.name }}, items: [{key: {{ $secret.key }}, path: postgres/{{ . }}}]}
{{- end }}
{{- with include "marketplace.postgresCa" (list $root $program) | fromYaml }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: postgres_ca.crt}]}
{{- end }}
{{- if $program.signs }}
{{- with $values.signingKey.secret }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: signing_key.pem}]}
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
{{- end }}

{{- /* {name, key} of the Secret that PostgreSQL's certificate is checked against, or nothing: (list root program). A Cluster has a CA
of its own and libpq takes one file: with several Clusters the connection is encrypted, not checked. */ -}}
{{- define "marketplace.postgresCa" -}}
{{- $root := index . 0 }}{{ $databases := (index . 1).databases }}
{{- $postgres := $root.Values.postgres }}
{{- if $databases }}
{{- if and (eq $postgres.mode "cloudnative-pg") (eq (len $databases) 1) -}}
name: {{ include "marketplace.fullname" $root }}-{{ first $databases }}-ca
key: ca.crt
{{- else if and (eq $postgres.mode "external") $postgres.caSecret.name -}}
{{ toYaml $postgres.caSecret }}
{{- end }}
{{- end }}
{{- end }}

{{- define "marketplace.postgresEnvironment" -}}
{{- $root := index . 0 }}{{ $program := index . 1 }}
{{- $ca := include "marketplace.postgresCa" . | fromYaml }}
{{- if and $program.databases (eq $root.Values.postgres.mode "cloudnative-pg") }}
- {name: PGSSLMODE, value: {{ $ca | empty | ternary "require" "verify-full" }}}
{{- end }}
{{- if $ca }}
- {name: PGSSLROOTCERT, value: /run/marketplace/postgres_ca.crt}
{{- end }}
{{- end }}
