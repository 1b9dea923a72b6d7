# syntax=docker/dockerfile:1
# One file for all images: `docker build --target <service> .`, by BuildKit, for linux/amd64 and linux/arm64. See docs/images.md.
# Node 26.10.0, the version that package.json names for one machine; the digest is that of the index of both platforms.
ARG NODE_IMAGE=docker.io/library/node:26.10.0-bookworm-slim@sha256:662933cf47f013bc8e4beb31a6116448427a82057ba7c42c97e4c5ba766504c2
# Which image `debug` is of.
ARG DEBUG_OF=alt-backend

# What builds runs on the machine that builds; nothing is emulated.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS tools
WORKDIR /build
COPY --parents package.json package-lock.json packages/*/package.json services/*/package.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY . .

# The packages that servers need, with native code for the platform that the images are for.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
ARG TARGETARCH
WORKDIR /source
COPY --parents package.json package-lock.json packages/*/package.json services/*/package.json ./
RUN npm ci --ignore-scripts --omit=dev --os=linux --cpu="$([ "$TARGETARCH" = amd64 ] && echo x64 || echo "$TARGETARCH")" \
      --libc=glibc --no-audit --no-fund --loglevel=error
COPY . .

FROM tools AS web
RUN node --input-type=module \
      -e "const { buildFrontend } = await import('/build/services/alt-frontend/build.ts'); await buildFrontend();"

# Lays out every image: what all services share, and what each adds. All files have the time of SOURCE_DATE_EPOCH.
FROM tools AS files
ARG TARGETARCH
ARG SOURCE_DATE_EPOCH=0
COPY --from=dependencies /source /source
COPY --from=web /build/services/alt-frontend/dist /source/services/alt-frontend/dist
RUN cpu="$([ "$TARGETARCH" = amd64 ] && echo x64 || echo "$TARGETARCH")" \
    && node tools/image-files.ts shared-auth --root /source --cpu "$cpu" --copy /images/shared-auth \
    && node tools/image-files.ts migrations --root /source --cpu "$cpu" --copy /images/migrations \
    && for service in alt-backend auth-service alt-frontend sidecar-proxy pre-processor search-indexer tag-generator news-creator rask-log-aggregator tenant-service arch-repo-service auth-token-manager pre-processor-sidecar; do \
         node tools/image-files.ts "$service" --root /source --cpu "$cpu" --without shared-auth --copy "/images/$service" \
         || exit 1; \
       done \
    && mkdir /images/spool

# What all images have. The user has no name, no home and no shell of its own; the base carries /bin/sh, which nothing uses.
FROM ${NODE_IMAGE} AS runtime
ARG SOURCE_COMMIT=unknown
LABEL org.opencontainers.image.title="Alt" \
      org.opencontainers.image.description="A self-hosted feed reader and knowledge platform" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${SOURCE_COMMIT}" \
      org.opencontainers.image.base.name="docker.io/library/node:26.10.0-bookworm-slim"
# Only /tmp can be written: caches go there, compiled code as well.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    ALT_DATA_DIR=/tmp/alt \
    MALLOC_ARENA_MAX=2
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node", "main.ts"]

# kaikei/shared-auth: the host, token verification and the packages that all services have; the first layer of each.
FROM runtime AS shared-auth
COPY --from=files /images/shared-auth/ ./

FROM shared-auth AS alt-backend
COPY --from=files /images/alt-backend/ ./
EXPOSE 9000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9000) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "alt-backend"]

FROM shared-auth AS auth-service
COPY --from=files /images/auth-service/ ./
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "auth-service"]

FROM shared-auth AS alt-frontend
COPY --from=files /images/alt-frontend/ ./
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "alt-frontend"]

FROM shared-auth AS sidecar-proxy
COPY --from=files /images/sidecar-proxy/ ./
EXPOSE 8085
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8085) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "sidecar-proxy"]

FROM shared-auth AS pre-processor
COPY --from=files /images/pre-processor/ ./
EXPOSE 9200
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9200) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "pre-processor"]

FROM shared-auth AS search-indexer
COPY --from=files /images/search-indexer/ ./
EXPOSE 9300
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9300) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "search-indexer"]

FROM shared-auth AS tag-generator
COPY --from=files /images/tag-generator/ ./
EXPOSE 9400
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9400) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "tag-generator"]

FROM shared-auth AS news-creator
COPY --from=files /images/news-creator/ ./
EXPOSE 11434
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 11434) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "news-creator"]

FROM shared-auth AS rask-log-aggregator
COPY --from=files /images/rask-log-aggregator/ ./
# A volume of Compose takes its owner from here.
COPY --from=files --chown=65532:65532 /images/spool/ /var/spool/alt/
EXPOSE 9600
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9600) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "rask-log-aggregator"]

FROM shared-auth AS tenant-service
COPY --from=files /images/tenant-service/ ./
EXPOSE 9500
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9500) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "tenant-service"]

FROM shared-auth AS arch-repo-service
COPY --from=files /images/arch-repo-service/ ./
EXPOSE 9510
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 9510) + '/v1/live').then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
CMD ["serve", "arch-repo-service"]

# A job: `run auth-token-manager` looks once; as it is, it looks again and again. It listens nowhere.
FROM shared-auth AS auth-token-manager
COPY --from=files /images/auth-token-manager/ ./
CMD ["serve", "auth-token-manager"]

# A job likewise: `run pre-processor-sidecar` synchronises what is due.
FROM shared-auth AS pre-processor-sidecar
COPY --from=files /images/pre-processor-sidecar/ ./
CMD ["serve", "pre-processor-sidecar"]

# kaikei/alt-migrations: roles, databases, migrations and grants; ends when they are there.
FROM runtime AS migrations
COPY --from=files /images/migrations/ ./
CMD ["migrate"]

# Any of the others with the shell of the base as its entry: `--build-arg DEBUG_OF=tag-generator --target debug`.
# hadolint ignore=DL3006
FROM ${DEBUG_OF} AS debug
ENTRYPOINT ["/bin/sh"]
CMD []
