#include "services/user/domain/slug.hpp"

#include <algorithm>
#include <cstddef>

#include "platform/core/error.hpp"

namespace market::user::domain {
namespace {

// Hosts and paths of the marketplace, today's and likely ones: a shop may get either kind of address one day.
constexpr std::string_view kPlaces[] = {
    "admin",      "api",      "app",      "assets",   "auth",      "blog",    "careers",  "cart",
    "categories", "cdn",      "checkout", "console",  "demo",      "dev",     "docs",     "edit",
    "events",     "files",    "gateway",  "graphql",  "grpc",      "healthz", "home",     "images",
    "img",        "index",    "inside",   "jobs",     "localhost", "login",   "logout",   "media",
    "metrics",    "new",      "openapi",  "orders",   "order",     "oauth",   "payments", "pay",
    "pictures",   "problems", "products", "product",  "search",    "sellers", "seller",   "shops",
    "shop",       "sandbox",  "settings", "signin",   "signup",    "sign-in", "sign-up",  "sign-out",
    "site",       "sitemap",  "staging",  "static",   "status",    "test",    "upload",   "uploads",
    "user",       "users",    "account",  "accounts", "v1",        "v2",      "web",      "webhooks",
    "well-known", "www"};

// Mailboxes that a domain's owner has (RFC 2142), by some of which certificates are given out (CA/Browser
// Forum Baseline Requirements 3.2.2.4.4), and names that software looks for in a domain (WPAD, autodiscover,
// RFC 8461).
constexpr std::string_view kMailAndMachines[] = {
    "abuse",      "administrator", "autoconfig", "autodiscover", "dns",           "ftp",       "hostmaster",
    "imap",       "info",          "isatap",     "mail",         "mailer-daemon", "marketing", "mta-sts",
    "news",       "no-reply",      "noc",        "noreply",      "ns1",           "ns2",       "pop",
    "postmaster", "root",          "sales",      "security",     "smtp",          "ssh",       "ssl",
    "usenet",     "uucp",          "vpn",        "webmail",      "webmaster",     "wpad"};

// Who seems to speak for the marketplace.
constexpr std::string_view kVoices[] = {
    "about",   "billing", "contact",     "community", "customer-service", "help",     "helpdesk",  "imprint",
    "legal",   "market",  "marketplace", "moderator", "official",         "operator", "operators", "press",
    "privacy", "refunds", "service",     "staff",     "support",          "system",   "team",      "terms",
    "trust",   "verify"};

// What programs write where there is nothing.
constexpr std::string_view kNothing[] = {"all",  "false", "me",   "nil",       "none",
                                         "null", "self",  "true", "undefined", "unknown"};

// "xn--bcher": the third and fourth place are for encodings of other letters (RFC 5891 section 4.2.3.1).
bool LooksEncoded(std::string_view slug) { return slug.size() > 3 && slug[2] == '-' && slug[3] == '-'; }

bool IsReserved(std::string_view slug) {
  const auto in = [slug](const auto& words) { return std::ranges::find(words, slug) != std::end(words); };
  return in(kPlaces) || in(kMailAndMachines) || in(kVoices) || in(kNothing);
}

}  // namespace

void CheckSlug(std::string_view slug) {
  if (LooksEncoded(slug)) {
    throw InvalidArgument("slug", "RESERVED", "must not have two hyphens in third and fourth place");
  }
  if (IsReserved(slug)) {
    throw InvalidArgument("slug", "RESERVED", "is kept for the marketplace itself; choose another one");
  }
}

}  // namespace market::user::domain
