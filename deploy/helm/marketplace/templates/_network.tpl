{{- /* Pods of this release by program, as peers: (list root names). */ -}}
{{- define "marketplace.peerPods" -}}
{{- $root := index . 0 }}
{{- with index . 1 }}
- podSelector:
    matchLabels:
      {{- include "marketplace.selector" $root | nindent 6 }}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: {{ sortAlpha . | toJson }}}
{{- end }}
{{- end }}

{{- /* The way to one database: (list root database). */ -}}
{{- define "marketplace.databaseEgress" -}}
{{- $root := index . 0 }}{{ $database := index . 1 }}
{{- if eq $root.Values.postgres.mode "cloudnative-pg" -}}
- to:
    - podSelector:
        matchLabels: {cnpg.io/cluster: {{ include "marketplace.fullname" $root }}-{{ $database }}}
  ports: [{port: 5432, protocol: TCP}]
{{- else -}}
{{- $external := required (printf "postgres.external.%s is missing: postgres.mode is external" $database) (get $root.Values.postgres.external $database) -}}
- to:
    {{- required (printf "postgres.external.%s.to is missing: where is it? (networkPolicy.enabled)" $database) $external.to | toYaml | nindent 4 }}
  ports: [{port: {{ default 5432 $external.port }}, protocol: TCP}]
{{- end }}
{{- end }}

{{- define "marketplace.providerEgress" -}}
- to:
    {{- if .Values.sandbox.enabled }}
    {{- include "marketplace.peerPods" (list . (list "sandbox")) | nindent 4 }}
    {{- else }}
    {{- required "provider.to is missing: where is provider.url? (networkPolicy.enabled)" .Values.provider.to | toYaml | nindent 4 }}
    {{- end }}
  ports: [{port: {{ .Values.sandbox.enabled | ternary 8081 .Values.provider.port }}, protocol: TCP}]
{{- end }}

{{- define "marketplace.mailEgress" -}}
- to:
    {{- if .Values.mailbox.enabled }}
    {{- include "marketplace.peerPods" (list . (list "mailbox")) | nindent 4 }}
    {{- else }}
    {{- required "mail.to is missing: where is mail.host? (networkPolicy.enabled)" .Values.mail.to | toYaml | nindent 4 }}
    {{- end }}
  ports: [{port: {{ .Values.mailbox.enabled | ternary 1025 .Values.mail.port }}, protocol: TCP}]
{{- end }}

{{- define "marketplace.portOf" -}}
{{- splitList ":" (trim .) | last }}
{{- end }}
