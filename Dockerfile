# One file, a target for each app: docker build --target api -t pressroom-api .
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /app
ENV NODE_ENV=production

# The manifests alone: as long as none of them changes, the layers that install stay cached.
FROM base AS manifests
COPY . /source
RUN sh /source/scripts/docker/split-manifests.sh /source /full /production

FROM base AS tools
COPY scripts/docker /tools

FROM tools AS sources
COPY --from=manifests /full ./
RUN --mount=type=cache,target=/root/.npm NODE_ENV=development npm ci --ignore-scripts
COPY . ./

FROM tools AS production
COPY --from=manifests /production ./

FROM base AS runtime
ENV PRESSROOM_DATA_FOLDER=/data PRESSROOM_LOG_FORMAT=json
RUN mkdir /data && chown node:node /data
VOLUME /data

FROM runtime AS worker
ENV PRESSROOM_HEALTH_HOST=0.0.0.0 PRESSROOM_HEALTH_PORT=9090
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:9090/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Each app: its modules, its code, and the two together. The modules change rarely, so an update moves the code alone.
FROM production AS api-modules
RUN --mount=type=cache,target=/root/.npm sh /tools/install-modules.sh api

FROM sources AS api-code
RUN sh /tools/compile-app.sh api /out

FROM runtime AS api
COPY --from=api-modules /app ./
COPY --from=api-code /out ./
ENV PRESSROOM_HOST=0.0.0.0 PRESSROOM_PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
USER node
CMD ["node", "--enable-source-maps", "apps/api/dist/src/main.js"]

FROM production AS ingest-worker-modules
RUN --mount=type=cache,target=/root/.npm sh /tools/install-modules.sh ingest-worker

FROM sources AS ingest-worker-code
RUN sh /tools/compile-app.sh ingest-worker /out

FROM worker AS ingest-worker
COPY --from=ingest-worker-modules /app ./
COPY --from=ingest-worker-code /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/ingest-worker/dist/src/main.js"]

FROM production AS generate-worker-modules
RUN --mount=type=cache,target=/root/.npm sh /tools/install-modules.sh generate-worker

FROM sources AS generate-worker-code
RUN sh /tools/compile-app.sh generate-worker /out

FROM worker AS generate-worker
COPY --from=generate-worker-modules /app ./
COPY --from=generate-worker-code /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/generate-worker/dist/src/main.js"]

FROM production AS pdf-worker-modules
RUN --mount=type=cache,target=/root/.npm sh /tools/install-modules.sh pdf-worker

FROM sources AS pdf-worker-code
RUN sh /tools/compile-app.sh pdf-worker /out

FROM worker AS pdf-worker
COPY --from=pdf-worker-modules /app ./
COPY --from=pdf-worker-code /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/pdf-worker/dist/src/main.js"]

FROM production AS maintenance-worker-modules
RUN --mount=type=cache,target=/root/.npm sh /tools/install-modules.sh maintenance-worker

FROM sources AS maintenance-worker-code
RUN sh /tools/compile-app.sh maintenance-worker /out

FROM worker AS maintenance-worker
COPY --from=maintenance-worker-modules /app ./
COPY --from=maintenance-worker-code /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/maintenance-worker/dist/src/main.js"]
