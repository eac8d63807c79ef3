#include "services/auth/domain/session.hpp"

#include <gtest/gtest.h>

namespace market::auth::domain {
namespace {

using std::chrono::seconds;

const Time kNow{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};

PresentedToken Live() {
  return {.sequence = 3, .idle_expires_at = kNow + seconds(100), .absolute_expires_at = kNow + seconds(200)};
}

TEST(Session, LiveToken_Rotates) { EXPECT_EQ(Judge(Live(), kNow, seconds(10)), Verdict::kRotate); }

// Every combination of what a token can be: used when, successor used, ended, expired which way.
TEST(Session, EveryTokenState_IsJudgedByTheTable) {
  for (const int used_ago_s : {-1, 0, 9, 10, 11, 3600}) {  // -1: never
    for (const bool successor_unused : {false, true}) {
      for (const bool ended : {false, true}) {
        for (const int idle_left_s : {-1, 0, 1}) {
          for (const int absolute_left_s : {-1, 0, 1}) {
            auto token = Live();
            if (used_ago_s >= 0) token.used_at = kNow - seconds(used_ago_s);
            token.successor_unused = successor_unused;
            token.session_ended = ended;
            token.idle_expires_at = kNow + seconds(idle_left_s);
            token.absolute_expires_at = kNow + seconds(absolute_left_s);

            auto expected = Verdict::kReused;
            if (ended || idle_left_s <= 0 || absolute_left_s <= 0) {
              expected = Verdict::kEnded;
            } else if (used_ago_s < 0) {
              expected = Verdict::kRotate;
            } else if (used_ago_s <= 10 && successor_unused) {
              expected = Verdict::kRepeat;
            }
            EXPECT_EQ(Judge(token, kNow, seconds(10)), expected)
                << used_ago_s << ' ' << successor_unused << ' ' << ended << ' ' << idle_left_s << ' '
                << absolute_left_s;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace market::auth::domain
