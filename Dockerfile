# One file, a target for each app: docker build --target api -t pressroom-api .
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /app
ENV NODE_ENV=production

# The manifests alone: as long as none of them changes, the layers that install stay cached.
FROM base AS manifests
COPY . /all
RUN cd /all && find . -name package.json -not -path '*/node_modules/*' -exec cp --parents {} /app/ \; \
    && cp package-lock.json .npmrc turbo.json tsconfig.base.json /app/

FROM base AS build
COPY --from=manifests /app ./
RUN NODE_ENV=development npm ci --ignore-scripts
COPY . ./
# What ships: compiled code, manifests, migrations.
RUN npx tsc -b apps/api apps/ingest-worker apps/generate-worker apps/pdf-worker \
    && mkdir /out \
    && find packages apps \( -path '*/dist/src/*' -o -path '*/migrations/*' -o -name package.json \) \
       -not -path '*/node_modules/*' -not -name '*.d.ts' -not -name '*.map' -type f -exec cp --parents {} /out/ \;

FROM base AS runtime
ENV PRESSROOM_DATA_FOLDER=/data PRESSROOM_LOG_FORMAT=json
RUN mkdir /data && chown node:node /data
VOLUME /data

FROM base AS api-modules
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --workspace @pressroom/api

FROM runtime AS api
COPY --from=api-modules /app ./
COPY --from=build /out ./
ENV PRESSROOM_HOST=0.0.0.0 PRESSROOM_PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
USER node
CMD ["node", "--enable-source-maps", "apps/api/dist/src/main.js"]

FROM runtime AS worker
ENV PRESSROOM_HEALTH_HOST=0.0.0.0 PRESSROOM_HEALTH_PORT=9090
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:9090/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

FROM base AS ingest-worker-modules
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --workspace @pressroom/ingest-worker

FROM worker AS ingest-worker
COPY --from=ingest-worker-modules /app ./
COPY --from=build /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/ingest-worker/dist/src/main.js"]

FROM base AS generate-worker-modules
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --workspace @pressroom/generate-worker

FROM worker AS generate-worker
COPY --from=generate-worker-modules /app ./
COPY --from=build /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/generate-worker/dist/src/main.js"]

FROM base AS pdf-worker-modules
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --workspace @pressroom/pdf-worker

FROM worker AS pdf-worker
COPY --from=pdf-worker-modules /app ./
COPY --from=build /out ./
USER node
CMD ["node", "--enable-source-maps", "apps/pdf-worker/dist/src/main.js"]
