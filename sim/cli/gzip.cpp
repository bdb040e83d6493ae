#include "sim/cli/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base/error.hpp"

namespace sim::cli {

struct Gzip::Stream {
  z_stream z{};
  void run(std::string_view text, int flush, const std::function<void(std::string_view)>& sink) {
    std::array<char, 1 << 16> out;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib's interface; it only reads
    z.avail_in = static_cast<uInt>(text.size());
    do {
      z.next_out = reinterpret_cast<Bytef*>(out.data());
      z.avail_out = static_cast<uInt>(out.size());
      check(deflate(&z, flush) != Z_STREAM_ERROR, "zlib does not compress");
      sink({out.data(), out.size() - z.avail_out});
    } while (z.avail_out == 0);
  }
};

Gzip::Gzip(std::function<void(std::string_view)> sink, Effort effort)
    : stream_(std::make_unique<Stream>()), sink_(std::move(sink)) {
  constexpr int kGzipHeader = 16, kMemory = 8;
  const int level = effort == Effort::most ? Z_BEST_COMPRESSION : Z_DEFAULT_COMPRESSION;
  check(deflateInit2(&stream_->z, level, Z_DEFLATED, MAX_WBITS + kGzipHeader, kMemory, Z_DEFAULT_STRATEGY) == Z_OK,
        "zlib does not start");
}

Gzip::~Gzip() {
  deflateEnd(&stream_->z);
}

void Gzip::add(std::string_view text) {
  constexpr std::size_t kPart = 1 << 20;  // zlib counts in 32 bits
  for (; !text.empty(); text.remove_prefix(std::min(kPart, text.size()))) {
    stream_->run(text.substr(0, kPart), Z_NO_FLUSH, sink_);
  }
}

void Gzip::finish() {
  stream_->run({}, Z_FINISH, sink_);
}

}  // namespace sim::cli
