"""The parts of deploy/native/nginx.conf that name services."""


def placeholders(services):
    """{placeholder: text} for {service: (identity of the process behind it, its `server …;` lines)}."""
    upstreams = [f"upstream grpc_{name} {{\n    {servers}\n    keepalive 32;\n    keepalive_timeout 500ms;\n  }}"
                 for name, (_, servers) in services.items()]
    return {"GRPC_UPSTREAMS": "\n  ".join(upstreams),
            "IDENTITIES": "\n    ".join(f"{name} {identity};" for name, (identity, _) in services.items()),
            "SERVICES": "|".join(services)}
