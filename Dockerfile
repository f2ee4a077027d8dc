# One image for all roles: the bot is the default command, an engine worker is `node dist/src/bot/engine.js`.
# docs/scale.md says how to run it.

FROM node:20-bookworm-slim AS build
WORKDIR /shiren
COPY package.json package-lock.json ./
# --ignore-scripts: our own build needs the sources, and nothing else needs a script.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What is left out at the end serves GPUs and plots, and is large. --omit=optional would leave out the database's and the
# painter's programs for this processor too.
RUN npm run build \
    && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -rf node_modules/@tensorflow/tfjs-node-gpu node_modules/webgpu node_modules/vega node_modules/vega-*

FROM node:20-bookworm-slim
ENV NODE_ENV=production \
    DATA_DIR=/data \
    HTTP_HOST=0.0.0.0 \
    HTTP_PORT=9100
WORKDIR /shiren
# No npm at run time: the program is started by node itself, which gets the signals.
RUN rm -rf /usr/local/lib/node_modules/npm /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* \
    && mkdir /data \
    && chown node:node /data
COPY --from=build /shiren/package.json ./
COPY --from=build /shiren/node_modules ./node_modules
COPY --from=build /shiren/dist ./dist
COPY --from=build /shiren/assets ./assets
COPY --from=build /shiren/checkpoints ./checkpoints
USER node
VOLUME /data
EXPOSE 9100
# Alive, not ready: a bot without Redis must not be restarted for it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HTTP_PORT + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/bot/main.js"]
