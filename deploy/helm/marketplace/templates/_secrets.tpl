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
{{- if eq $values.postgres.mode "cloudnative-pg" }}
- secret: {name: {{ include "marketplace.fullname" $root }}-{{ . }}-ca, items: [{key: ca.crt, path: postgres_ca/{{ . }}.crt}]}
{{- end }}
{{- end }}
{{- if and $program.databases (eq $values.postgres.mode "external") $values.postgres.caSecret.name }}
{{- with $values.postgres.caSecret }}
- secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: postgres_ca.crt}]}
{{- end }}
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

{{- /* Databases of yours: whether the server is checked is said by `sslmode` in the conninfo, against what by this. */ -}}
{{- define "marketplace.postgresEnvironment" -}}
{{- $root := index . 0 }}{{ $program := index . 1 }}
{{- $postgres := $root.Values.postgres }}
{{- if and $program.databases (eq $postgres.mode "external") $postgres.caSecret.name }}
- {name: PGSSLROOTCERT, value: /run/marketplace/postgres_ca.crt}
{{- end }}
{{- end }}
