#include <sqlite3.h>

#include <memory>

#include "sim/base/error.hpp"
#include "sim/sweep/table.hpp"

namespace sim::sweep {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

[[noreturn]] void refuse(const std::string& path, sqlite3* database) {
  throw InputError(path + ": cannot be written: " + sqlite3_errmsg(database));
}

std::string quoted(const std::string& name) {
  std::string result = "\"";
  for (const char character : name) result += character == '"' ? std::string("\"\"") : std::string(1, character);
  return result + "\"";
}

// One row of values into a table of as many columns, all in one transaction of the caller.
class Inserter {
 public:
  Inserter(const std::string& path, sqlite3* database, const std::string& table,
           const std::vector<std::string>& columns)
      : path_(path), database_(database), statement_(nullptr, sqlite3_finalize) {
    std::string names, marks;
    for (const std::string& column : columns) {
      names += (names.empty() ? "" : ", ") + quoted(column);
      marks += marks.empty() ? "?" : ", ?";
    }
    run("CREATE TABLE " + table + " (" + names + ")");
    sqlite3_stmt* made = nullptr;
    const std::string insert = "INSERT INTO " + table + " VALUES (" + marks + ")";
    if (sqlite3_prepare_v2(database_, insert.c_str(), -1, &made, nullptr) != SQLITE_OK) refuse(path_, database_);
    statement_.reset(made);
  }

  void add(const std::vector<Cell>& row) {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    for (std::size_t i = 0; i < row.size(); ++i) {
      const int place = static_cast<int>(i) + 1;
      if (const double* number = std::get_if<double>(&row[i])) sqlite3_bind_double(statement_.get(), place, *number);
      if (const std::string* text = std::get_if<std::string>(&row[i]))
        sqlite3_bind_text(statement_.get(), place, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
    }
    if (sqlite3_step(statement_.get()) != SQLITE_DONE) refuse(path_, database_);
  }

 private:
  void run(const std::string& command) {
    if (sqlite3_exec(database_, command.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) refuse(path_, database_);
  }
  const std::string& path_;
  sqlite3* database_;
  Statement statement_;
};

}  // namespace

void write_sqlite(const std::string& path, const Header& header, const Table& table) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, nullptr);
  const Database database(opened, sqlite3_close);
  if (status != SQLITE_OK) refuse(path, database.get());
  const auto run = [&](const char* command) {
    if (sqlite3_exec(database.get(), command, nullptr, nullptr, nullptr) != SQLITE_OK) refuse(path, database.get());
  };
  run("BEGIN");
  Inserter(path, database.get(), "study", {"name", "fingerprint", "version", "points"})
      .add({header.study, header.fingerprint, header.version, static_cast<double>(header.points)});
  Inserter points(path, database.get(), "points", table.columns);
  for (const std::vector<Cell>& row : table.rows) points.add(row);
  run("COMMIT");
}

}  // namespace sim::sweep
