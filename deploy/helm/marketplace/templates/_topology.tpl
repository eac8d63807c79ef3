{{- /* Who is there, what each one serves and whom it calls. Written by ./market docs from deploy/topology.yaml; configuration,
Services, certificates and NetworkPolicies are made from it, so they cannot disagree. */ -}}
{{- define "marketplace.topology" -}}
gateway: {http: true, grpc: true, mtls: true, peers: [auth, user, product, order, payment], databases: []}
auth: {grpc: true, mtls: true, signs: true, peers: [user, product, order, payment], databases: [auth]}
user: {grpc: true, mtls: true, peers: [auth], databases: [user]}
product: {grpc: true, mtls: true, redis: true, peers: [auth, user], databases: [product]}
order: {grpc: true, mtls: true, peers: [auth, user, product, payment], databases: [order]}
payment: {grpc: true, mtls: true, charges: true, peers: [auth, order], databases: [payment]}
marketplace: {http: true, grpc: true, mtls: true, signs: true, redis: true, charges: true, peers: [], databases: [auth, user, product, order, payment]}
sandbox: {provider: true, peers: [], databases: [sandbox]}
{{- end }}
