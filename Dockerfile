# docker build -t simulate . && docker run --rm -v "$PWD:/work" simulate mine.yaml
# Two stages: everything that compiles, then the .deb alone. One instruction a line: scripts/check_package reads them.
FROM debian:12-slim AS build
WORKDIR /source
COPY . .
RUN scripts/setup && apt-get install --yes --no-install-recommends dpkg-dev file && scripts/build release simulate guides && cd build/release && cpack -G DEB

FROM debian:12-slim AS runtime
COPY --from=build /source/build/release/cluster-training-simulator_*.deb /tmp/
RUN apt-get update && apt-get install --yes --no-install-recommends /tmp/*.deb && rm -rf /tmp/*.deb /var/lib/apt/lists/*
WORKDIR /work
ENTRYPOINT ["simulate"]
