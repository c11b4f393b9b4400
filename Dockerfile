# Needs the network (or an offline npm cache, docs/operations.md) only while it is built.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Layers keep times in whole seconds, and a build counts as fresh while its sources' times stand.
RUN find api analytics seed web -type f -exec touch -d 2026-01-01 {} + \
 && node scripts/build.mjs --web \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production RINGFENCE_DATA=/data
# A named volume takes its owner from here.
RUN mkdir /data && chown node:node /data
WORKDIR /app
COPY --from=build /app ./
USER node
EXPOSE 8080
ENTRYPOINT ["node", "bin/ringfence.cjs"]
CMD ["serve"]
