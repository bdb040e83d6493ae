#include "tests/architecture/tree.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "tests/support/source_folder.hpp"

namespace sim::architecture {
namespace {

namespace fs = std::filesystem;

const std::array<const char*, 15> kFolders = {".ci",      "bench",   "catalog",   "cmake",      "docs",
                                              "examples", "fuzz",    "scenarios", "schema",     "scripts",
                                              "sim",      "studies", "tests",     "topologies", "validation"};

constexpr std::uintmax_t kLargestFile = 4'000'000;

fs::path root() {
  return fs::path(sim::test::source_folder());
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& content) {
  std::vector<std::string> lines;
  std::istringstream stream(content);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void add_if_text(const fs::directory_entry& entry, std::vector<TextFile>& files) {
  if (!entry.is_regular_file() || entry.file_size() > kLargestFile) return;
  const std::string content = content_of(entry.path());
  if (content.find('\0') != std::string::npos) return;
  files.push_back({fs::relative(entry.path(), root()).generic_string(), lines_of(content)});
}

std::vector<TextFile> read_repository() {
  std::vector<TextFile> files;
  for (const char* folder : kFolders) {
    if (!fs::is_directory(root() / folder)) continue;
    for (auto entry = fs::recursive_directory_iterator(root() / folder); entry != fs::recursive_directory_iterator();
         ++entry) {
      if (entry->path().filename() == "node_modules") {
        entry.disable_recursion_pending();  // fetched, not ours
      } else {
        add_if_text(*entry, files);
      }
    }
  }
  for (const auto& entry : fs::directory_iterator(root())) add_if_text(entry, files);
  std::sort(files.begin(), files.end(), [](const TextFile& a, const TextFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

Library library_of(const std::string& arguments) {
  Library library;
  std::vector<std::string>* list = nullptr;
  for (const std::string& word : words_of(arguments)) {
    if (word == "LINKS") {
      list = &library.links;
    } else if (word == "EXTERNAL") {
      list = &library.external;
    } else if (list != nullptr) {
      list->push_back(word);
    } else if (library.name.empty()) {
      library.name = word;  // what follows before the first list are options
    }
  }
  return library;
}

std::string joined_without_comments(const TextFile& file) {
  std::string text;
  for (const std::string& line : file.lines) text += line.substr(0, line.find('#')) + "\n";
  return text;
}

}  // namespace

std::vector<TextFile> repository_files() {
  static const std::vector<TextFile> files = read_repository();
  return files;
}

std::vector<TextFile> files_under(const std::string& folder, const std::vector<std::string>& endings) {
  std::vector<TextFile> found;
  for (const TextFile& file : repository_files()) {
    const bool wanted = std::any_of(endings.begin(), endings.end(),
                                    [&](const std::string& ending) { return file.path.ends_with(ending); });
    if (wanted && file.path.starts_with(folder)) found.push_back(file);
  }
  return found;
}

TextFile file_at(const std::string& path) {
  return {path, lines_of(content_of(root() / path))};
}

bool exists(const std::string& path) {
  return fs::exists(root() / path);
}

std::vector<Library> calls_of(const std::string& command, const TextFile& cmake_lists) {
  const std::string text = joined_without_comments(cmake_lists);
  const std::regex call("(?:^|\\n)\\s*" + command + "\\(([^)]*)\\)");
  std::vector<Library> found;
  for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) {
    found.push_back(library_of((*at)[1]));
  }
  return found;
}

std::vector<Library> libraries() {
  std::vector<Library> found;
  for (const Library& folder : calls_of("add_subdirectory", file_at("sim/CMakeLists.txt"))) {
    const auto calls = calls_of("sim_library", file_at("sim/" + folder.name + "/CMakeLists.txt"));
    found.insert(found.end(), calls.begin(), calls.end());
  }
  return found;
}

}  // namespace sim::architecture
