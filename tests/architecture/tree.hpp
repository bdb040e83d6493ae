#pragma once

#include <string>
#include <vector>

// The source tree as text, for the tests of the rules of the house.
namespace sim::architecture {

struct TextFile {
  std::string path;                ///< from the root of the repository, with '/'
  std::vector<std::string> lines;  ///< without their line ends
};

/// Every text file of the repository's own folders, by path. Build folders and version control are left out, and so are
/// files with zero bytes in them (binary test inputs) or of more than 4 MB.
[[nodiscard]] std::vector<TextFile> repository_files();

/// Those files of repository_files() that lie under `folder` ("sim/") and end with one of `endings` (".hpp").
[[nodiscard]] std::vector<TextFile> files_under(const std::string& folder, const std::vector<std::string>& endings);

/// One file by its path from the root; no lines if there is none.
[[nodiscard]] TextFile file_at(const std::string& path);

[[nodiscard]] bool exists(const std::string& path);

/// One sim_library() or sim_test() call of a CMakeLists.txt.
struct Library {
  std::string name;
  std::vector<std::string> links;
  std::vector<std::string> external;

  bool operator==(const Library&) const = default;
};

/// The calls of `command` in the text of a CMakeLists.txt, in order.
[[nodiscard]] std::vector<Library> calls_of(const std::string& command, const TextFile& cmake_lists);

/// The libraries of sim/, in the order of sim/CMakeLists.txt.
[[nodiscard]] std::vector<Library> libraries();

}  // namespace sim::architecture
