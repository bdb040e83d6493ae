#include "sim/config/yaml_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "sim/base/quantity.hpp"
#include "sim/config/diagnostics.hpp"

namespace sim::config {
namespace {

constexpr std::size_t kBlock = 256;
constexpr std::size_t kLongestShownLine = 160;  // longer lines are never printed, so they are not copied into each mark

std::string hexadecimal(unsigned value) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02x", value);
  return text.data();
}

[[noreturn]] void refuse_size(const std::string& name) {
  refuse({name, 0, 0, ""}, "larger than 4 MB", "is this the right file?");
}

// The file of the same folder that a misspelt path may have meant.
std::string neighbour_of(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path wanted(path);
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code ignored;  // an unreadable folder has no files
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const std::string nearest = nearest_name(wanted.filename().string(), names);
  return nearest.empty() ? "" : "did you mean " + wanted.parent_path().append(nearest).string() + "?";
}

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

}  // namespace

YamlSource::YamlSource(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  if (text_.size() > kMostBytes) refuse_size(name_);
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);  // the byte order mark of some editors
  std::string unix_text;
  unix_text.reserve(text_.size());
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] != '\r' || byte_at(i + 1) != '\n') unix_text += text_[i];
  }
  text_ = std::move(unix_text);
  line_starts_.push_back(0);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (i % kBlock == 0) block_characters_.push_back(characters);
    if (!continues_character(byte_of(text_, i))) ++characters;
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t length = character_length(text_, at);
    if (length == 0) {
      SourceMark mark = mark_at(at);
      mark.line_text.clear();
      refuse(mark, "not UTF-8 text: byte " + hexadecimal(byte_of(text_, at)), "save the file as UTF-8");
    }
    at += length;
  }
  if (const auto control = find_control_character(text_)) {
    SourceMark mark = mark_at(*control);
    mark.line_text.clear();
    refuse(mark, "control character " + hexadecimal(byte_of(text_, *control)), "is this a text file?");
  }
}

std::size_t YamlSource::characters_before(std::size_t offset) const {
  if (block_characters_.empty()) return 0;
  const std::size_t block = std::min(offset / kBlock, block_characters_.size() - 1);
  std::size_t characters = block_characters_[block];
  for (std::size_t i = block * kBlock; i < offset; ++i) {
    if (!continues_character(byte_of(text_, i))) ++characters;
  }
  return characters;
}

std::string YamlSource::line(int number) const {
  const auto index = static_cast<std::size_t>(number) - 1;
  if (number < 1 || index >= line_starts_.size()) return "";
  const std::size_t start = line_starts_[index];
  std::size_t end = index + 1 == line_starts_.size() ? text_.size() : line_starts_[index + 1];
  if (end > start && text_[end - 1] == '\n') --end;
  return text_.substr(start, end - start);
}

SourceMark YamlSource::mark_at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(next - 1);
  std::size_t end = next == line_starts_.end() ? text_.size() : *next;
  if (end > start && text_[end - 1] == '\n') --end;
  SourceMark mark;
  mark.file = name_;
  mark.line = static_cast<int>(next - line_starts_.begin());
  mark.column = static_cast<int>(characters_before(offset) - characters_before(start)) + 1;
  if (end - start <= kLongestShownLine) mark.line_text = text_.substr(start, end - start);
  return mark;
}

YamlSource read_source(const std::string& path) {
  const bool from_input = path == "-";
  const std::string name = from_input ? "<stdin>" : path;
  const SourceMark mark{name, 0, 0, ""};
  if (path.find('\0') != std::string::npos) refuse({}, "a file name cannot hold a NUL byte", "");
  const std::unique_ptr<std::FILE, Close> file(from_input ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file) {
    const int reason = errno;
    refuse(mark, std::string("cannot be read: ") + std::strerror(reason), reason == ENOENT ? neighbour_of(path) : "");
  }
  std::string text;
  std::array<char, 65536> buffer{};
  while (text.size() <= YamlSource::kMostBytes) {
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get());
    const int reason = errno;
    text.append(buffer.data(), count);
    if (count == buffer.size()) continue;
    if (std::ferror(file.get()) != 0) refuse(mark, std::string("cannot be read: ") + std::strerror(reason), "");
    break;
  }
  return {name, std::move(text)};
}

}  // namespace sim::config
