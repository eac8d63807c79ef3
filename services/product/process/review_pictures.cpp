#include "services/product/process/review_pictures.hpp"

#include <algorithm>
#include <utility>

#include "platform/conversions/kept_picture.hpp"
#include "platform/core/error.hpp"

namespace market::product {
namespace {

using api::user::KeptPicture;

constexpr std::chrono::seconds kSettleLimit{5};
constexpr std::chrono::seconds kTellLimit{2};
const telemetry::Span kNoSpanOfClaims;

std::string KeptOf(const KeptPicture& picture) {
  return conversions::WriteKept(
      {.id = picture.id(),
       .content = picture.content(),
       .look = {.width = picture.width(), .height = picture.height(), .colour = picture.colour()},
       .alt_text = picture.alt_text()});
}

}  // namespace

// The claim comes first: should this process end before the review is written, it is what user is told by.
Task<domain::ShownPictures> ReviewPictures::Claim(CallContext& call, domain::ReviewId review,
                                                  AccountId author, std::vector<domain::PictureId> wanted,
                                                  std::string field) {
  domain::ShownPictures shown{.claim = co_await claims_.Begin(call, review), .kept = {}};
  if (wanted.empty()) co_return shown;
  api::user::KeepPicturesRequest request;
  request.set_account_id(author.ToString());
  request.set_shown_by(review.ToString());
  request.set_claim(shown.claim);
  for (const auto& id : wanted) request.add_picture_ids(id.ToString());
  const auto answer = co_await users_.KeepPictures(call, std::move(request));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = std::ranges::find(answer.pictures(), wanted[i].ToString(), &KeptPicture::id);
    if (found == answer.pictures().end()) {
      throw InvalidArgument(field + "[" + std::to_string(i) + "]", "UNKNOWN_PICTURE",
                            "is not a picture of yours");
    }
    shown.kept.push_back(KeptOf(*found));
  }
  co_return shown;
}

Task<> ReviewPictures::Settle() {
  while (co_await SettleOne()) {
  }
}

Task<bool> ReviewPictures::SettleOne() {
  const auto tell = [this](storage::ReviewClaims::Settled settled) -> Task<> {
    auto call = CallContext::ForWork(kTellLimit, kNoSpanOfClaims);
    api::user::SettlePicturesRequest request;
    request.set_shown_by(settled.review.ToString());
    request.set_claim(settled.number);
    for (const auto& kept : settled.shown)
      request.add_picture_ids(std::string(conversions::ReadKept(kept).id));
    co_await users_.SettlePictures(call, std::move(request));
  };
  return claims_.SettleDue(runtime::After(kSettleLimit), tell);
}

}  // namespace market::product
