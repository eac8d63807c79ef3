# Stands in for the official image postgres:17 where no registry can be reached: the same account, environment, data
# directory and first start, as far as compose.yaml uses them.
FROM debian:trixie-slim
LABEL market.standin=yes
RUN groupadd -r -g 999 postgres && useradd -r -g postgres -u 999 -d /var/lib/postgresql -s /bin/sh postgres \
    && apt-get update -qq && export DEBIAN_FRONTEND=noninteractive \
    && apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null \
    && sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
    && apt-get install -y -qq --no-install-recommends postgresql-17 >/dev/null && apt-get clean \
    && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql/data \
    && install -d -o postgres -g postgres -m 3777 /run/postgresql && install -d /docker-entrypoint-initdb.d
COPY postgres_entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/17/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["/bin/sh", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
