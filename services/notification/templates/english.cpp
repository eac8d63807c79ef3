#include "services/notification/templates/texts.hpp"

namespace market::notification::templates {
namespace {

using enum domain::Kind;

constexpr Choice kWorksUntil = {"The link works once, and only until {until}.",
                                "The link works once, and only for a limited time."};
constexpr Choice kIfItWasNotYou = {
    "If this was you, there is nothing to do. If it was not, secure your account now."};
constexpr Choice kStillToBeSent = {"Orders placed before this still have to be sent."};

constexpr Text kForThisAddress = "You are receiving this email because this address was entered on {market}.";
constexpr Text kForFormerAddress =
    "You are receiving this email because this was the address of your account on {market}.";
constexpr Text kForSecurity =
    "You are receiving this email because it is about the security of your account on {market}.";
constexpr Text kForBuyers = "You are receiving this email because you placed an order on {market}.";
constexpr Text kForWishers =
    "You are receiving this email because you put this on your wish list on {market}.";
constexpr Text kForSellers = "You are receiving this email because you help run a shop on {market}.";
constexpr Text kForWriters =
    "You are receiving this email because someone wrote to you, or to a shop you help run, on {market}.";

constexpr Mails kEnglishMails = {{
    {.kind = kVerifyEmail,
     .subject = {"Confirm your email address"},
     .paragraphs = {{{"Please confirm that this email address is yours. {market} will use it to write to you "
                      "about your account and your orders."}}},
     .button = "Confirm email address",
     .notes = {{kWorksUntil, {"If you did not ask for this, you can ignore this email."}}},
     .reason = kForThisAddress},
    {.kind = kChangeEmail,
     .subject = {"Confirm your new email address"},
     .paragraphs =
         {{{"Someone asked to use this email address for their account on {market}. If that was you, "
            "please confirm it."}}},
     .button = "Confirm email address",
     .notes = {{kWorksUntil, {"If it was not you, ignore this email and nothing will change."}}},
     .reason = kForThisAddress},
    {.kind = kUndoEmailChange,
     .subject = {"Your account has a new email address"},
     .paragraphs =
         {{{"The email address of your account on {market} was changed. You can no longer sign in with "
            "the old one."},
           {"If this was you, there is nothing to do. If it was not, undo the change: your old address "
            "comes back, and every device is signed out."}}},
     .button = "Undo the change",
     .notes = {{kWorksUntil,
                {"Once it is undone, change your password straight away: whoever changed the address may "
                 "know it."}}},
     .reason = kForFormerAddress},
    {.kind = kResetPassword,
     .subject = {"Reset your password"},
     .paragraphs =
         {{{"We received a request to reset the password of your account on {market}. If that was you, "
            "choose a new password. You will then have to sign in again on all your devices."}}},
     .button = "Choose a new password",
     .notes = {{kWorksUntil, {"If it was not you, ignore this email and your password stays as it is."}}},
     .reason = kForThisAddress},
    {.kind = kClaimAccount,
     .subject = {"Choose a password for your account"},
     .paragraphs =
         {{{"This email address was used to shop on {market} as a guest. If that was you, choose a "
            "password to keep the account: you can then sign in at any time and see your orders."}}},
     .button = "Choose a password",
     .notes = {{kWorksUntil, {"If it was not you, you can ignore this email."}}},
     .reason = kForThisAddress},
    {.kind = kMemberInvited,
     .subject = {"Invitation to join the shop “{title}”", "Invitation to join a shop"},
     .paragraphs = {{{"You have been invited to help run the shop “{title}” on {market}.",
                      "You have been invited to help run a shop on {market}."},
                     {"To accept, sign in with this email address, or create an account with it."}}},
     .button = "Accept the invitation",
     .notes = {{kWorksUntil,
                {"If you do not know the shop or do not want to join it, you can ignore this email."}}},
     .reason = kForThisAddress},

    {.kind = kNewDevice,
     .subject = {"New sign-in to your account"},
     .paragraphs =
         {{{"Someone signed in to your account on {market} from a device that had not been used before."},
           {"If this was you, there is nothing to do. If it was not, sign that device out and change "
            "your password now."}}},
     .button = "Check your devices",
     .reason = kForSecurity},
    {.kind = kPasswordChanged,
     .subject = {"Your password was changed"},
     .paragraphs =
         {{{"The password of your account on {market} was changed. Your other devices have been signed "
            "out."},
           kIfItWasNotYou}},
     .button = "Secure your account",
     .reason = kForSecurity},
    {.kind = kEmailChanged,
     .subject = {"Your email address was changed"},
     .paragraphs =
         {{{"The email address of your account on {market} was changed. Please sign in with the new one "
            "from now on."},
           kIfItWasNotYou}},
     .button = "Secure your account",
     .reason = kForSecurity},

    {.kind = kOrderPlaced,
     .subject = {"Thank you for your order {title}", "Thank you for your order"},
     .paragraphs = {{{"Thank you for shopping with us. We have received your order {title} for {amount}.",
                      "Thank you for shopping with us. We have received your order {title}.",
                      "Thank you for shopping with us. We have received your order."},
                     {"You can check what is in it and how it is progressing at any time."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kPaymentDeclined,
     .subject = {"Payment for order {title} declined", "Payment for your order declined"},
     .paragraphs =
         {{{"The payment of {amount} for your order {title} was declined.",
            "The payment for your order {title} was declined.", "The payment for your order was declined."},
           {"Please pay with a different payment method by {until}. Otherwise the order will be "
            "cancelled.",
            "Please pay with a different payment method as soon as you can. Otherwise the order will be "
            "cancelled."}}},
     .button = "Pay for your order",
     .reason = kForBuyers},
    {.kind = kOrderFailed,
     .subject = {"Order {title} could not be placed", "Your order could not be placed"},
     .paragraphs = {{{"Unfortunately, your order {title} could not be placed. Nothing was bought.",
                      "Unfortunately, your order could not be placed. Nothing was bought."},
                     {"You have not been charged. If your bank is holding the amount, it will be released."},
                     {"If you would still like the items, please order them again."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kOrderAccepted,
     .subject = {"Order {title} has been accepted", "Your order has been accepted"},
     .paragraphs = {{{"The shop has accepted your order {title} and is getting it ready to send.",
                      "The shop has accepted your order and is getting it ready to send."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kParcelShipped,
     .subject = {"A parcel from order {title} has been sent", "A parcel from your order has been sent"},
     .paragraphs = {{{"The shop has sent a parcel from your order {title}. It is now on its way to you.",
                      "The shop has sent a parcel from your order. It is now on its way to you."},
                     {"Open the order to see what is in the parcel and how to follow it."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kOrderDelivered,
     .subject = {"Order {title} has been delivered", "Your order has been delivered"},
     .paragraphs =
         {{{"Your order {title} has been delivered. We hope you like it.",
            "Your order has been delivered. We hope you like it."},
           {"If something is missing or not as it should be, open the order to see what you can do."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kOrderCancelled,
     .subject = {"Items from order {title} cancelled", "Items from your order cancelled"},
     .paragraphs =
         {{{"Items worth {amount} from your order {title} have been cancelled.",
            "Items from your order {title} have been cancelled.",
            "Items from your order have been cancelled."},
           {"If you have already been charged for them, the money goes back to the payment method you "
            "used."}}},
     .button = "See what was cancelled",
     .reason = kForBuyers},
    {.kind = kOrderRefunded,
     .subject = {"Refund for order {title}", "Refund for your order"},
     .paragraphs =
         {{{"We have refunded {amount} for your order {title}.", "We have refunded {amount} for your order.",
            "We have made a refund for your order."},
           {"The money goes back to the payment method you used and can take a few days to arrive."}}},
     .button = "View your order",
     .reason = kForBuyers},

    {.kind = kSale,
     .subject = {"New order {title}", "New order"},
     .paragraphs = {{{"Your shop has a new order: {title}, for {amount}.",
                      "Your shop has a new order: {title}.", "Your shop has a new order."},
                     {"Please accept it and send it in good time."}}},
     .button = "View the order",
     .reason = kForSellers},
    {.kind = kOrderAddressChanged,
     .subject = {"New address for order {title}", "New address for an order"},
     .paragraphs = {{{"Order {title} is to be sent to a different address.",
                      "An order of your shop is to be sent to a different address."},
                     {"The order shows the new address. Please check it before you send anything."}}},
     .button = "View the order",
     .reason = kForSellers},
    {.kind = kSaleCancelled,
     .subject = {"Items from order {title} cancelled", "Items from an order cancelled"},
     .paragraphs = {{{"Items worth {amount} from order {title} have been cancelled.",
                      "Items from order {title} have been cancelled.",
                      "Items from an order of your shop have been cancelled."},
                     {"Please check what is left of the order before you send anything."}}},
     .button = "View the order",
     .reason = kForSellers},
    {.kind = kShopApproved,
     .subject = {"The shop “{title}” has been approved", "Your shop has been approved"},
     .paragraphs = {{{"The shop “{title}” on {market} has been approved and is now open.",
                      "Your shop on {market} has been approved and is now open."},
                     {"Customers can buy whatever you offer there from now on."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kShopSuspended,
     .subject = {"The shop “{title}” has been suspended", "Your shop has been suspended"},
     .paragraphs =
         {{{"The shop “{title}” on {market} has been suspended. For now, nothing can be bought from it.",
            "Your shop on {market} has been suspended. For now, nothing can be bought from it."},
           kStillToBeSent}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kShopReinstated,
     .subject = {"The shop “{title}” is open again", "Your shop is open again"},
     .paragraphs = {{{"The suspension of the shop “{title}” on {market} has been lifted.",
                      "The suspension of your shop on {market} has been lifted."},
                     {"It is open again, and customers can buy from it."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kShopClosed,
     .subject = {"The shop “{title}” has been closed", "Your shop has been closed"},
     .paragraphs =
         {{{"The shop “{title}” on {market} has been closed for good. Nothing can be bought from it any "
            "more.",
            "Your shop on {market} has been closed for good. Nothing can be bought from it any more."},
           kStillToBeSent}},
     .button = "Go to the shop",
     .reason = kForSellers},

    {.kind = kLowStock,
     .subject = {"Low stock: {title}", "Low stock"},
     .paragraphs = {{{"The stock of {title} in your shop on {market} has fallen to the limit that you set, "
                      "or below it.",
                      "The stock of an item in your shop on {market} has fallen to the limit that you set, "
                      "or below it."},
                     {"There will be no further email about it until there is more again."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kOfferDetached,
     .subject = {"Offer {title} was withdrawn", "An offer was withdrawn"},
     .paragraphs = {{{"{market} has withdrawn your offer {title}. It can no longer be bought.",
                      "{market} has withdrawn an offer of your shop. It can no longer be bought."},
                     {"The offer itself says why. Orders placed before this still have to be sent."}}},
     .button = "Go to the shop",
     .reason = kForSellers},

    {.kind = kProductApproved,
     .subject = {"“{title}” has been published", "Your product has been published"},
     .paragraphs =
         {{{"{market} has published “{title}”. Everybody can see it now, and buy it where it is in stock.",
            "{market} has published a product of your shop. Everybody can see it now, and buy it "
            "where it is in stock."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kProductChangesRequested,
     .subject = {"“{title}” needs a change", "Your product needs a change"},
     .paragraphs = {{{"{market} has looked at “{title}” and asks you to change something before it is "
                      "published.",
                      "{market} has looked at a product of your shop and asks you to change something before "
                      "it is published."},
                     {"The product itself says what. Propose it again when it is done."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kProductTakenDown,
     .subject = {"“{title}” has been taken down", "Your product has been taken down"},
     .paragraphs = {{{"{market} has taken down “{title}”. Nobody can see or buy it any more.",
                      "{market} has taken down a product of your shop. Nobody can see or buy it any more."},
                     {"The product itself says why. Orders placed before this still have to be sent."}}},
     .button = "Go to the shop",
     .reason = kForSellers},

    {.kind = kMessageReceived,
     .subject = {"New message about “{title}”", "New message"},
     .paragraphs = {{{"There is a new message for you on {market}, about “{title}”.",
                      "There is a new message for you on {market}."},
                     {"To keep what you write private, please answer there and not to this email."}}},
     .button = "Read the message",
     .notes = {{{"There will be no further email about this conversation until you have read it."}}},
     .reason = kForWriters},

    {.kind = kWishPriceFell,
     .subject = {"“{title}” costs less now", "Something on your wish list costs less now"},
     .paragraphs = {{{"“{title}”, which is on your wish list on {market}, now costs {amount}.",
                      "“{title}”, which is on your wish list on {market}, costs less now.",
                      "Something that is on your wish list on {market} costs less now."}}},
     .button = "Have a look",
     .notes = {{{"You will be told of it at most once a day."}}},
     .reason = kForWishers},
    {.kind = kWishBackInStock,
     .subject = {"“{title}” is back in stock", "Something on your wish list is back in stock"},
     .paragraphs = {{{"“{title}”, which is on your wish list on {market}, can be bought again, for {amount}.",
                      "“{title}”, which is on your wish list on {market}, can be bought again.",
                      "Something that is on your wish list on {market} can be bought again."}}},
     .button = "Have a look",
     .notes = {{{"You will be told of it at most once a day."}}},
     .reason = kForWishers},

    {.kind = kReturnRequested,
     .subject = {"Return {title}: please answer", "A return: please answer"},
     .paragraphs =
         {{{"A customer of your shop wants to send something back: return {title}.",
            "A customer of your shop wants to send something back."},
           {"Please approve or reject it soon. A return that nobody answers in time is approved."}}},
     .button = "View the order",
     .reason = kForSellers},
    {.kind = kReturnApproved,
     .subject = {"Return {title} has been approved", "Your return has been approved"},
     .paragraphs =
         {{{"Your return {title} has been approved. You can send it back now.",
            "Your return has been approved. You can send it back now."},
           {"Please send it in good time, and enter the tracking number with the order. A return that is "
            "not sent in time is rejected."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kReturnRejected,
     .subject = {"Return {title} has been rejected", "Your return has been rejected"},
     .paragraphs = {{{"Your return {title} has been rejected. No money goes back for it.",
                      "Your return has been rejected. No money goes back for it."},
                     {"The return itself says why. If you disagree, write to the shop."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kReturnSent,
     .subject = {"Return {title} is on its way", "A return is on its way"},
     .paragraphs = {{{"The customer has sent return {title}. It is now on its way to your shop.",
                      "The customer has sent a return. It is now on its way to your shop."},
                     {"Please say so when it has arrived, and look at it in good time."}}},
     .button = "View the order",
     .reason = kForSellers},
    {.kind = kReturnReceived,
     .subject = {"Return {title} has arrived", "Your return has arrived"},
     .paragraphs = {{{"The shop has received your return {title}.", "The shop has received your return."},
                     {"It looks at it now. You will hear from us when the money goes back."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kReturnClosed,
     .subject = {"Return {title} is done", "Your return is done"},
     .paragraphs =
         {{{"Your return {title} is done: {amount} goes back to you.", "Your return {title} is done.",
            "Your return is done."},
           {"The money goes back to the payment method you used and can take a few days to arrive."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kInvoiceIssued,
     .subject = {"The invoice of your order {title}", "The invoice of your order"},
     .paragraphs = {{{"The invoice of your order {title} is ready: {amount}.",
                      "The invoice of your order {title} is ready.", "The invoice of your order is ready."},
                     {"You will find it with your order, to read, to print and to keep."}}},
     .button = "View your order",
     .reason = kForBuyers},
    {.kind = kPayoutPaid,
     .subject = {"Your money has been sent: {amount}", "Your money has been sent"},
     .paragraphs = {{{"{amount} of what your shop on {market} has earned has been paid to its account.",
                      "What your shop on {market} has earned has been paid to its account."},
                     {"It can take your bank a day or two to show it."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kPayoutFailed,
     .subject = {"Your money could not be paid out: {amount}", "Your money could not be paid out"},
     .paragraphs =
         {{{"{amount} of what your shop on {market} has earned could not be paid to its account, or came "
            "back from there.",
            "What your shop on {market} has earned could not be paid to its account, or came back from "
            "there."},
           {"Nothing is lost: the money is part of your balance again. Please check the account that it "
            "is to go to."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kDisputeOpened,
     .subject = {"A buyer’s bank disputes {amount} of order {title}", "A buyer’s bank disputes a payment"},
     .paragraphs = {{{"The buyer of order {title} has asked the bank for {amount} back, and the bank has "
                      "taken the money until it "
                      "has decided whose it is.",
                      "A buyer has asked the bank for money back, and the bank has taken it until it has "
                      "decided whose it is."},
                     {"Please say until {until} what speaks for your shop: what was sent, when, and with "
                      "which tracking number. "
                      "After that the bank decides without you.",
                      "Please say soon what speaks for your shop: what was sent, when, and with which "
                      "tracking number."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kDisputeEnded,
     .subject = {"The dispute of order {title} is decided", "A dispute is decided"},
     .paragraphs = {{{"The bank has decided about {amount} of order {title}.",
                      "The bank has decided a dispute of your shop."},
                     {"You can see with your shop’s money how: when it decided for your shop, the money is "
                      "part of your "
                      "balance again."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
    {.kind = kShopFined,
     .subject = {"Your shop was charged a fine: {title}", "Your shop was charged a fine"},
     .paragraphs =
         {{{"{market} has charged your shop a fine of {amount}: {title}",
            "{market} has charged your shop a fine: {title}", "{market} has charged your shop a fine."},
           {"It was taken off your balance. If you think that this is wrong, please write to us."}}},
     .button = "Go to the shop",
     .reason = kForSellers},
}};
static_assert(IsComplete(kEnglishMails));

// British: "$" alone would be ambiguous, and the day comes before the month.
constexpr Texts kEnglish = {
    .tag = "en",
    .locale = "en_GB",
    .until = "HH:mm 'UTC on' d\u00a0MMMM y",
    .greeting = {"Hello {recipient},", "Hello,"},
    .link_hint = "If the button does not work, open this link:",
    .unsubscribe_hint = "No longer want emails like this one?",
    .unsubscribe = "Unsubscribe",
    .mails = kEnglishMails,
};

}  // namespace

const Texts& English() { return kEnglish; }

}  // namespace market::notification::templates
