// Text and lines on A4 pages, in points from the upper left corner: what the layout of a document (pdf.cpp) draws with.
//
// Owner: whoever draws; one thread. Throws std::runtime_error where cairo can't draw.
#pragma once
#include <cairo.h>
#include <pango/pangocairo.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"

namespace market::documents {

inline constexpr double kPageWidth = 595.28;
inline constexpr double kPageHeight = 841.89;

struct Color {
  double red = 0;
  double green = 0;
  double blue = 0;
};

enum class Align : std::uint8_t { kLeft, kRight };

struct TextStyle {
  double size = 9;
  bool bold = false;
  Color color = {};
  Align align = Align::kLeft;
};

class Canvas {
 public:
  struct About {
    std::string title;
    std::string author;
    Time made_at;
  };
  // The fonts are asked for texts of this language (BCP 47) first.
  Canvas(const About& about, std::string_view language);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  // Within `width`, broken into lines; gives how high it is.
  double Write(std::string_view text, double x, double y, double width, const TextStyle& style);
  double HeightOf(std::string_view text, double width, const TextStyle& style);
  void Line(double x, double y, double width, double thickness, const Color& color);
  void Box(double x, double y, double width, double height, const Color& color);
  void EndPage();

  // The file. Nothing is drawn after it.
  std::string Finish();

 private:
  struct Ends {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  };

  void Set(std::string_view text, double width, const TextStyle& style);
  void SetText(std::string_view text);
  // Without the characters that no font has: nobody can read the boxes in their place.
  std::string Drawable(std::string_view text);
  void Check() const;

  std::string file_;
  std::unique_ptr<cairo_surface_t, Ends> surface_;
  std::unique_ptr<cairo_t, Ends> cairo_;
  std::unique_ptr<PangoLayout, Ends> layout_;
};

}  // namespace market::documents
