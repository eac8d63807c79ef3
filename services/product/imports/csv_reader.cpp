#include "services/product/imports/csv_reader.hpp"

#include <algorithm>

#include "platform/core/csv.hpp"
#include "platform/core/utf8.hpp"

namespace market::product::imports {
namespace {

constexpr std::string_view kSeparators = ",;\t";
constexpr std::size_t kColumnsMax = 2'000;
constexpr std::size_t kShownHeaderBytesMax = 100;

}  // namespace

std::optional<Row> CsvReader::Next(std::string_view& rest) {
  while (!rest.empty()) {
    const char c = rest.front();
    bool complete = false;
    if (state_ == State::kAfterCr) {
      if (c == '\n') {
        rest.remove_prefix(1);
        ++bytes_;
      }
      complete = true;
    } else {
      rest.remove_prefix(1);
      ++bytes_;
      complete = Take(c);
    }
    if (!complete) continue;
    if (auto row = Finish()) return row;
  }
  return std::nullopt;
}

std::optional<Row> CsvReader::Last() {
  if (state_ == State::kQuoted) {
    throw Unreadable{.line = quote_line_, .detail = "the quote that opens in this line is never closed"};
  }
  if (state_ == State::kCellStart && cells_.empty()) return std::nullopt;
  if (state_ != State::kAfterCr) EndCell();
  return Finish();
}

void CsvReader::GoTo(const Position& position) {
  cells_.clear();
  cell_.clear();
  state_ = State::kCellStart;
  record_bytes_ = 0;
  after_cr_ = stray_ = quoted_ = false;
  bytes_ = position.bytes;
  line_ = record_line_ = position.line;
  at_ = position;
}

bool CsvReader::Take(char c) {
  if (bytes_ == static_cast<std::int64_t>(marked_) + 1 && marked_ < kByteOrderMark.size()) {
    if (c == kByteOrderMark[marked_]) {
      ++marked_;
      return false;
    }
    // It only began like one.
    for (const char before : kByteOrderMark.substr(0, marked_)) TakeMark(before);
    marked_ = kByteOrderMark.size();
  }
  ++record_bytes_;
  if (state_ == State::kQuoted) {
    if (c == '"') {
      state_ = State::kQuoteSeen;
    } else {
      if (c == '\r' || (c == '\n' && !after_cr_)) ++line_;
      Append(c);
    }
    after_cr_ = c == '\r';
    return false;
  }
  if (state_ == State::kQuoteSeen) {
    if (c == '"') {
      Append(c);
      state_ = State::kQuoted;
      return false;
    }
    if (!IsSeparator(c) && c != '\r' && c != '\n') stray_ = true;
    state_ = State::kPlain;
  }
  return TakeUnquoted(c);
}

void CsvReader::TakeMark(char c) {
  ++record_bytes_;
  Append(c);
  state_ = State::kPlain;
}

bool CsvReader::TakeUnquoted(char c) {
  if (c == '"' && state_ == State::kCellStart) {
    state_ = State::kQuoted;
    quoted_ = true;
    after_cr_ = false;
    quote_line_ = line_;
  } else if (IsSeparator(c)) {
    EndCell();
    state_ = State::kCellStart;
  } else if (c == '\r') {
    EndCell();
    ++line_;
    state_ = State::kAfterCr;
  } else if (c == '\n') {
    EndCell();
    ++line_;
    return true;
  } else {
    Append(c);
    state_ = State::kPlain;
  }
  return false;
}

bool CsvReader::IsSeparator(char c) {
  if (separator_ == 0 && kSeparators.contains(c)) separator_ = c;
  return c == separator_ && c != 0;
}

void CsvReader::Append(char c) {
  if (record_bytes_ <= kRowBytesMax) cell_.push_back(c);
}

void CsvReader::EndCell() {
  if (record_bytes_ > kRowBytesMax) cell_.clear();
  // One more than there may be is enough to see that there are too many.
  if (cells_.size() <= (KnowsHeader() ? columns_.size() : kColumnsMax)) cells_.push_back(std::move(cell_));
  cell_.clear();
}

std::optional<Row> CsvReader::Finish() {
  std::optional<Row> row;
  const bool empty = !quoted_ && record_bytes_ <= kRowBytesMax &&
                     std::ranges::all_of(cells_, [](const std::string& cell) { return cell.empty(); });
  if (!empty) {
    if (KnowsHeader()) {
      row = MakeRow();
    } else {
      ReadHeader();
    }
  }
  cells_.clear();
  cell_.clear();
  state_ = State::kCellStart;
  record_bytes_ = 0;
  stray_ = quoted_ = false;
  record_line_ = line_;
  at_ = {.bytes = bytes_, .line = line_};
  return row;
}

Row CsvReader::MakeRow() {
  Row row{.line = record_line_, .cells = {}, .attributes = {}, .options = {}, .faults = {}};
  if (record_bytes_ > kRowBytesMax) {
    AddFault(row, {"", "TOO_LARGE", "a row must have at most " + std::to_string(kRowBytesMax) + " bytes"});
  } else if (stray_) {
    AddFault(row, {"", "INVALID_FORMAT",
                   "there is something between the quote that ends a cell and the next cell; a quote "
                   "within quotes is written twice"});
  } else if (cells_.size() != columns_.size()) {
    AddFault(row, {"", "INVALID_FORMAT",
                   "has " + std::string(cells_.size() > columns_.size() ? "more" : "fewer") +
                       " cells than the first line, which names " + std::to_string(columns_.size())});
  } else {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      Put(row, columns_[i], csv::Unguarded(std::move(cells_[i])));
  }
  return row;
}

void CsvReader::ReadHeader() {
  const auto refuse = [this](std::string detail) { throw Unreadable{record_line_, std::move(detail)}; };
  if (record_bytes_ > kRowBytesMax || cells_.size() > kColumnsMax) refuse("the first line is too long");
  std::vector<Target> columns;
  for (const auto& cell : cells_) {
    if (!IsUtf8(cell)) refuse("the file must be text in UTF-8");
    const auto shown = ToValidUtf8(cell, kShownHeaderBytesMax);
    auto target = TargetOf(cell);
    if (!target) {
      refuse(shown.empty() ? "column " + std::to_string(columns.size() + 1) + " has no name"
                           : "there is no column of the name " + shown);
    }
    if (std::ranges::find(columns, *target) != columns.end())
      refuse("there are two columns " + NameOf(*target));
    columns.push_back(std::move(*target));
  }
  if (std::ranges::find(columns, Target{.column = Column::kSku, .name = {}}) == columns.end())
    refuse("there is no column sku");
  columns_ = std::move(columns);
}

}  // namespace market::product::imports
