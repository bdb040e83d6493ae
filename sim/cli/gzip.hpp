#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace sim::cli {

/// Compresses a text that comes in parts (gzip, RFC 1952) and passes it on. The same text gives the same bytes.
class Gzip {
 public:
  enum class Effort { usual, most };  ///< most: a little smaller, much slower
  explicit Gzip(std::function<void(std::string_view)> sink, Effort effort = Effort::usual);
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void add(std::string_view text);
  /// Must be called once, after the last part.
  void finish();

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::function<void(std::string_view)> sink_;
};

}  // namespace sim::cli
