#include "services/notification/process/telling.hpp"

#include <stdexcept>

namespace market::notification {
namespace {

constexpr std::string_view kOwner = "owner";
constexpr std::string_view kManager = "manager";

}  // namespace

Task<std::size_t> Telling::Tell(CallContext& call, const events::Event& event,
                                const std::vector<domain::News>& news, std::vector<domain::LiveNews> live) {
  std::vector<domain::Told> told;
  for (const auto& one : news) {
    switch (one.audience) {
      case domain::Audience::kAccount:
        told.push_back({.account = one.account.value(), .news = &one});
        break;
      case domain::Audience::kInvited:
        told.push_back({.account = std::nullopt, .news = &one});
        break;
      case domain::Audience::kTeam:
      case domain::Audience::kOwners:
      case domain::Audience::kManagers:
        for (const auto account : co_await FindTeam(call, one))
          told.push_back({.account = account, .news = &one});
        break;
    }
  }
  if (told.empty() && live.empty()) co_return 0;
  co_return co_await notifications_.Tell(call, event, std::move(told), std::move(live));
}

// As it is now: who has left since is told nothing.
Task<std::vector<AccountId>> Telling::FindTeam(CallContext& call, const domain::News& news) {
  api::auth::ListMembersRequest request;
  request.set_seller_id(news.facts.seller.value().ToString());
  const auto found = co_await auth_->ListMembers(call, std::move(request));
  std::vector<AccountId> team;
  for (const auto& member : found.members()) {
    const bool owner = member.role() == kOwner;
    if (news.audience == domain::Audience::kOwners && !owner) continue;
    if (news.audience == domain::Audience::kManagers && !owner && member.role() != kManager) continue;
    team.push_back(AccountId::From(member.account_id()));
  }
  co_return team;
}

}  // namespace market::notification
