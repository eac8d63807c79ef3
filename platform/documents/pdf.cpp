#include "platform/documents/pdf.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "platform/documents/canvas.hpp"
#include "platform/documents/pen.hpp"

namespace market::documents {
namespace {

constexpr double kMargin = 48;
constexpr double kWidth = kPageWidth - 2 * kMargin;
constexpr double kFootY = kPageHeight - 42;  // of the line at the foot of a page
constexpr double kBottom = kFootY - 14;      // nothing else reaches below it
constexpr double kGap = 10;                  // between columns

constexpr Color kInk{0.106, 0.141, 0.188};
constexpr Color kSoft{0.357, 0.400, 0.459};
constexpr Color kRule{0.851, 0.871, 0.898};
constexpr Color kShade{0.961, 0.969, 0.980};
constexpr Color kAccent{0.122, 0.294, 0.600};

constexpr TextStyle kText{.size = 9, .color = kInk};
constexpr TextStyle kStrong{.size = 9, .bold = true, .color = kInk};
constexpr TextStyle kLabel{.size = 7.5, .color = kSoft};
constexpr TextStyle kNote{.size = 7.5, .color = kSoft};
constexpr TextStyle kHeading{.size = 7.5, .bold = true, .color = kInk};
constexpr TextStyle kNumber{.size = 9, .color = kInk, .align = Align::kRight};

TextStyle Right(TextStyle style) {
  style.align = Align::kRight;
  return style;
}

struct Place {
  double x = 0;
  double width = 0;
};

// Where the columns of the items are, the first one what they are called: that takes what the numbers leave.
std::vector<Place> PlacesOf(const std::vector<Column>& columns) {
  std::vector<Place> places(columns.size() + 1);
  double x = kPageWidth - kMargin;
  for (std::size_t i = columns.size(); i > 0; --i) {
    const auto width = columns[i - 1].width;
    x -= width;
    places[i] = {x + kGap / 2, width - kGap / 2};
  }
  places[0] = {kMargin, x - kMargin - kGap / 2};
  return places;
}

// One pass over a document. The first one finds out how many pages there are, the second one writes that on them.
class Layout {
 public:
  Layout(Canvas& canvas, const Sheet& sheet, int pages) : canvas_(canvas), sheet_(sheet), pages_(pages) {}

  // How many pages it took.
  int Draw() {
    DrawHead();
    DrawParties();
    DrawFacts();
    for (const auto& section : sheet_.sections) {
      DrawItems(section);
      DrawSums(section);
    }
    DrawNotes();
    DrawFoot();
    canvas_.EndPage();
    return page_;
  }

 private:
  void DrawHead() {
    canvas_.Box(0, 0, kPageWidth, 6, kAccent);
    const double half = kWidth / 2 - kGap;
    y_ = kMargin - 6;
    const auto left =
        canvas_.Write(sheet_.sender, kMargin, y_ + 5, half, {.size = 12, .bold = true, .color = kInk});
    const auto right = canvas_.Write(sheet_.title, kMargin + half + 2 * kGap, y_, half,
                                     {.size = 22, .color = kAccent, .align = Align::kRight});
    const auto number = canvas_.Write(sheet_.number, kMargin + half + 2 * kGap, y_ + right, half,
                                      {.size = 11, .bold = true, .color = kInk, .align = Align::kRight});
    y_ += std::max(left + 5, right + number) + 26;
  }

  double DrawBlock(const Block& block, double x, double width) {
    double y = y_;
    y += canvas_.Write(block.label, x, y, width, kLabel) + 3;
    y += canvas_.Write(block.name, x, y, width, {.size = 9.5, .bold = true, .color = kInk}) + 1;
    for (const auto& line : block.lines) y += canvas_.Write(line, x, y, width, kText);
    if (!block.facts.empty()) y += 4;
    for (const auto& fact : block.facts)
      y += canvas_.Write(fact.label + " " + fact.value, x, y, width, kNote);
    return y;
  }

  // Two beside each other.
  void DrawParties() {
    const double half = kWidth / 2 - kGap;
    double bottom = y_;
    for (std::size_t i = 0; i < sheet_.parties.size(); ++i) {
      if (i > 0 && i % 2 == 0) y_ = bottom + 22;
      const double x = i % 2 == 0 ? kMargin : kMargin + half + 2 * kGap;
      bottom = std::max(bottom, DrawBlock(sheet_.parties[i], x, half));
    }
    y_ = bottom + 22;
  }

  // In rows of as many as have room, on a shade.
  void DrawFacts() {
    constexpr double kPad = 10;
    constexpr std::size_t kInRow = 5;
    const auto count = std::min(kInRow, sheet_.facts.size());
    const double width = (kWidth - 2 * kPad) / static_cast<double>(count);
    const auto height_of = [&](const Fact& fact) {
      return canvas_.HeightOf(fact.label, width - kGap, kLabel) + 1 +
             canvas_.HeightOf(fact.value, width - kGap, kStrong);
    };
    for (std::size_t at = 0; at < sheet_.facts.size(); at += kInRow) {
      const auto end = std::min(at + kInRow, sheet_.facts.size());
      double height = 0;
      for (auto i = at; i < end; ++i) height = std::max(height, height_of(sheet_.facts[i]));
      canvas_.Box(kMargin, y_, kWidth, height + 2 * kPad, kShade);
      for (auto i = at; i < end; ++i) {
        const auto& fact = sheet_.facts[i];
        const double x = kMargin + kPad + width * static_cast<double>(i - at);
        const auto label = canvas_.Write(fact.label, x, y_ + kPad, width - kGap, kLabel);
        canvas_.Write(fact.value, x, y_ + kPad + label + 1, width - kGap, kStrong);
      }
      y_ += height + 2 * kPad;
    }
    y_ += 20;
  }

  void DrawHeadings(const Section& section, const std::vector<Place>& places) {
    std::vector<const std::string*> texts{&section.heading};
    for (const auto& column : section.columns) texts.push_back(&column.heading);
    double height = 0;
    for (std::size_t i = 0; i < texts.size(); ++i)
      height = std::max(height, canvas_.HeightOf(*texts[i], places[i].width, kHeading));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto style = i == 0 ? kHeading : Right(kHeading);
      const auto own = canvas_.HeightOf(*texts[i], places[i].width, style);
      canvas_.Write(*texts[i], places[i].x, y_ + height - own, places[i].width, style);
    }
    y_ += height + 4;
    canvas_.Line(kMargin, y_, kWidth, 1.2, kInk);
    y_ += 6;
  }

  double HeightOf(const Item& item, double width) {
    double height = canvas_.HeightOf(item.title, width, kText);
    for (const auto& note : item.notes) height += canvas_.HeightOf(note, width, kNote);
    return height;
  }

  void DrawItems(const Section& section) {
    const auto places = PlacesOf(section.columns);
    canvas_.Write(section.note, kMargin, y_, kWidth, Right(kLabel));
    y_ += canvas_.HeightOf(section.note, kWidth, kLabel) + 4;
    DrawHeadings(section, places);
    for (const auto& item : section.items) {
      const auto height = HeightOf(item, places[0].width);
      if (y_ + height > kBottom) {
        TurnPage();
        DrawHeadings(section, places);
      }
      for (std::size_t i = 0; i < item.cells.size(); ++i)
        canvas_.Write(item.cells[i], places.at(i + 1).x, y_, places.at(i + 1).width, kNumber);
      double y = y_ + canvas_.Write(item.title, places[0].x, y_, places[0].width, kText);
      for (const auto& note : item.notes) y += canvas_.Write(note, places[0].x, y, places[0].width, kNote);
      y_ += height + 5;
      canvas_.Line(kMargin, y_, kWidth, 0.5, kRule);
      y_ += 6;
    }
  }

  // What it comes to stands together, with the small table beside it.
  void DrawSums(const Section& section) {
    constexpr double kSumsWidth = 215;
    constexpr double kRow = 15;
    const auto& rows = section.beside.rows;
    const double sums = kRow * static_cast<double>(section.sums.size()) + 22;
    const double beside = rows.empty() ? 0 : kRow * static_cast<double>(rows.size()) + 34;
    y_ += 12;
    Reserve(std::max(sums, beside));
    if (!rows.empty()) DrawBeside(section.beside, kWidth - kSumsWidth - 36, kRow);
    const double x = kPageWidth - kMargin - kSumsWidth;
    double y = y_;
    for (std::size_t i = 0; i + 1 < section.sums.size(); ++i, y += kRow) {
      canvas_.Write(section.sums[i].label, x, y, kSumsWidth / 2, kText);
      canvas_.Write(section.sums[i].value, x + kSumsWidth / 2, y, kSumsWidth / 2, kNumber);
    }
    y += 4;
    canvas_.Line(x, y, kSumsWidth, 1.2, kInk);
    y += 7;
    const TextStyle total{.size = 12, .bold = true, .color = kAccent};
    const auto& last = section.sums.back();
    const auto label = canvas_.Write(last.label, x, y, kSumsWidth * 0.5, total);
    const auto value = canvas_.Write(last.value, x + kSumsWidth * 0.5, y, kSumsWidth * 0.5, Right(total));
    y_ = std::max(y + std::max(label, value), y_ + beside) + 22;
  }

  void DrawBeside(const SmallTable& table, double width, double row) {
    const double cell = width / static_cast<double>(table.headings.size());
    double y = y_ + canvas_.Write(table.title, kMargin, y_, width, kLabel) + 3;
    const auto write = [&](const std::vector<std::string>& cells, const TextStyle& style) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const double x = kMargin + cell * static_cast<double>(i);
        canvas_.Write(cells[i], x, y, cell, i == 0 ? style : Right(style));
      }
    };
    write(table.headings, kHeading);
    y += 13;
    canvas_.Line(kMargin, y, width, 0.5, kRule);
    y += 3;
    for (const auto& cells : table.rows) {
      write(cells, {.size = 8, .color = kInk});
      y += row;
    }
  }

  void DrawNotes() {
    for (const auto& note : sheet_.notes) {
      Reserve(canvas_.HeightOf(note, kWidth, kNote));
      y_ += canvas_.Write(note, kMargin, y_, kWidth, kNote) + 4;
    }
  }

  void DrawFoot() {
    canvas_.Line(kMargin, kFootY, kWidth, 0.5, kRule);
    // One line: what does not fit of a long name is not said again here.
    const auto page =
        Filled(Filled(sheet_.page, "page", std::to_string(page_)), "pages", std::to_string(pages_));
    canvas_.Write(sheet_.title + " " + sheet_.number, kMargin, kFootY + 6, kWidth / 2, kLabel);
    canvas_.Write(page, kMargin + kWidth / 2, kFootY + 6, kWidth / 2, Right(kLabel));
  }

  void Reserve(double height) {
    if (y_ + height > kBottom) TurnPage();
  }

  void TurnPage() {
    DrawFoot();
    canvas_.EndPage();
    ++page_;
    y_ = kMargin;
  }

  Canvas& canvas_;
  const Sheet& sheet_;
  const int pages_;
  int page_ = 1;
  double y_ = 0;
};

}  // namespace

std::string AsPdf(const Sheet& sheet, Time issued_at) {
  const Canvas::About about{
      .title = sheet.title + " " + sheet.number, .author = sheet.sender, .made_at = issued_at};
  int pages = 0;
  {
    Canvas draft(about, CodeOf(sheet.language));
    pages = Layout(draft, sheet, 0).Draw();
  }
  Canvas canvas(about, CodeOf(sheet.language));
  Layout(canvas, sheet, pages).Draw();
  return canvas.Finish();
}

}  // namespace market::documents
