#include "sandbox/confirmation.hpp"

#include <string>
#include <string_view>

#include "sandbox/form.hpp"
#include "sandbox/objects.hpp"

namespace market::sandbox {
namespace {

constexpr std::string_view kPages = "/3d_secure/";

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

http::Response Html(int status, std::string_view title, const std::string& body) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "text/html; charset=utf-8");
  response.headers.Add("Cache-Control", "no-store");
  response.headers.Add("Referrer-Policy", "no-referrer");
  response.body =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + Escaped(title) +
      "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<style>body{font:1.1rem/1.5 sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}"
      "button{font:inherit;padding:.6rem 1.2rem;margin:.3rem .6rem .3rem 0}</style></head><body><main><h1>" +
      Escaped(title) + "</h1>" + body + "</main></body></html>";
  return response;
}

std::string AmountOf(const Authorization& intent) {
  return std::to_string(intent.amount) + ' ' + intent.currency + " (minor units)";
}

// Where the browser goes from here, told as Stripe tells it.
std::string WayBack(const Authorization& intent) {
  if (intent.return_url.empty()) return {};
  const bool failed = intent.status == "declined" || intent.status == "voided";
  return intent.return_url + (intent.return_url.contains('?') ? '&' : '?') +
         "payment_intent=" + IdOf("pi_", intent.id) + "&redirect_status=" + (failed ? "failed" : "succeeded");
}

std::string Link(const Authorization& intent) {
  const auto back = WayBack(intent);
  return back.empty() ? std::string() : "<p><a href=\"" + Escaped(back) + "\">Back to the shop</a></p>";
}

http::Response Asked(const Authorization& intent) {
  return Html(
      200, "Confirm your payment",
      "<p>This is the bank of the sandbox: no real money moves. A shop asks for <strong>" +
          Escaped(AmountOf(intent)) +
          "</strong>.</p><form method=\"post\"><button name=\"outcome\" value=\"complete\">Complete</button>"
          "<button name=\"outcome\" value=\"fail\">Fail</button></form>");
}

http::Response Over(const Authorization& intent) {
  return Html(409, "There is nothing to confirm",
              "<p>This payment does not wait for you any more.</p>" + Link(intent));
}

http::Response Decided(const Authorization& intent) {
  const auto back = WayBack(intent);
  if (back.empty()) return Html(200, "Thank you", "<p>You can close this page.</p>");
  http::Response response;
  response.status = 303;
  response.headers.Add("Location", back);
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

}  // namespace

bool IsConfirmation(const http::Request& request) { return request.target.starts_with(kPages); }

Task<http::Response> ConfirmationPage(Provider& provider, Work work, const http::Request& request) {
  const std::string id(request.target.substr(kPages.size(), request.target.find('?') - kPages.size()));
  if (request.method == "GET") {
    const auto intent = co_await provider.Find(work, id);
    if (!intent) co_return Html(404, "Not found", "<p>There is no such payment.</p>");
    co_return intent->status == "requires_action" ? Asked(*intent) : Over(*intent);
  }
  if (request.method != "POST") co_return Html(405, "Not so", "<p>This page is read, or answered.</p>");
  const auto form = Form::Parse(request.body);
  const auto outcome = form ? form->Text("outcome") : std::string();
  if (outcome != "complete" && outcome != "fail")
    co_return Html(400, "Not so", "<p>The outcome is complete or fail.</p>");
  using Confirmation = Provider::Confirmation;
  const auto how = outcome == "complete" ? Confirmation::kComplete : Confirmation::kFail;
  const auto intent = co_await provider.Confirm(work, id, how);
  if (!intent) co_return Html(404, "Not found", "<p>There is no such payment.</p>");
  co_return intent->status == "voided" ? Over(*intent) : Decided(*intent);
}

}  // namespace market::sandbox
