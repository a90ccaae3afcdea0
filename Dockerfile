# The container image of the server; docs/kubernetes.md says how it is run.
#
#   docker build --tag credbroker .                        builds from the sources; needs NuGet, npm and Debian's packages
#   ./build.sh image                                       builds here and puts only what was published into the image
#
# Both images that this one stands on can be named, such as those of a mirror: --build-arg RUNTIME=… --build-arg SDK=…
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0

# Nothing is run here: the runtime image may have no shell.
FROM ${RUNTIME} AS base
WORKDIR /app
# No diagnostics port: it would need a place to write, and whoever reaches it can dump the memory.
ENV DOTNET_EnableDiagnostics=0 \
    DOTNET_ENVIRONMENT=Production \
    Data__Path=/var/lib/credbroker/data/broker \
    Audit__Path=/var/lib/credbroker/audit/trail
EXPOSE 8443
ENTRYPOINT ["dotnet", "CredBroker.Server.dll"]

# What ./build.sh image has published.
FROM base AS published
COPY --chown=65532:65532 artifacts/image/state/ /var/lib/credbroker/
COPY artifacts/image/app/ /app/
VOLUME ["/var/lib/credbroker/data", "/var/lib/credbroker/audit"]
USER 65532:65532

FROM ${SDK} AS build
# The build takes Cedar from npm.
RUN apt-get update && apt-get install --yes --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN dotnet publish src/CredBroker.Server --configuration Release --output /out/app -p:UseAppHost=false \
    && case "$(uname -m)" in aarch64) architecture=arm64 ;; *) architecture=x64 ;; esac \
    # The packages bring native code for every system.
    && find /out/app/runtimes -mindepth 1 -maxdepth 1 ! -name "linux-$architecture" -exec rm -rf {} + \
    && mkdir -p /out/state/data /out/state/audit

FROM base AS final
COPY --from=build --chown=65532:65532 /out/state/ /var/lib/credbroker/
COPY --from=build /out/app/ /app/
VOLUME ["/var/lib/credbroker/data", "/var/lib/credbroker/audit"]
USER 65532:65532
