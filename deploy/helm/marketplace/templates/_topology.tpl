{{- /* Who is there, what each one serves and whom it calls. Written by ./market docs from deploy/topology.yaml; configuration,
Services, certificates and NetworkPolicies are made from it, so they cannot disagree. */ -}}
{{- define "marketplace.topology" -}}
gateway: {http: true, grpc: true, mtls: true, peers: [auth, user, product, order, payment, notification], databases: []}
auth: {grpc: true, mtls: true, signs: true, peers: [user, product, order, payment, notification], databases: [auth]}
user: {grpc: true, mtls: true, pictures: true, peers: [auth, notification], databases: [user]}
product: {grpc: true, mtls: true, redis: true, pictures: true, peers: [auth, user, order, notification], databases: [product]}
order: {grpc: true, mtls: true, peers: [auth, user, product, payment, notification], databases: [order]}
payment: {grpc: true, mtls: true, charges: true, peers: [auth, user, order, notification], databases: [payment]}
notification: {grpc: true, mtls: true, mails: true, peers: [auth, user, product, order], databases: [notification]}
marketplace: {http: true, grpc: true, mtls: true, signs: true, redis: true, pictures: true, charges: true, mails: true, peers: [], databases: [auth, user, product, order, payment, notification]}
sandbox: {provider: true, peers: [], databases: [sandbox]}
{{- end }}
