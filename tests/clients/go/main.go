// A shop and a buyer, from sign-up to a shipped order and sign-out, through the types of the contract alone. Prints each reason that
// it was refused with, one a line.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	openapi "github.com/oapi-codegen/runtime/types"

	"marketplace.invalid/journey/market"
)

var background = context.Background()

func check(holds bool, what string, about ...any) {
	if !holds {
		log.Panicln(append([]any{what}, about...)...)
	}
}

func must[Value any](value Value, err error) Value {
	check(err == nil, "failed:", err)
	return value
}

// done gives what the answer must be; a refusal is told with its words.
func done[Value any](value *Value, status string, body []byte) Value {
	check(value != nil, "refused:", status, string(body))
	return *value
}

func refused(problem *market.Problem, reason market.Reason, body []byte) market.Problem {
	check(problem != nil && problem.Reason == reason, "not", reason, string(body))
	fmt.Println(problem.Reason)
	return *problem
}

func onlyLine(problem market.Problem) market.RefusedLine {
	check(problem.Metadata != nil && len(problem.Metadata.Lines) == 1, "one line:", problem)
	return problem.Metadata.Lines[0]
}

func client(token string) *market.ClientWithResponses {
	roots := x509.NewCertPool()
	check(roots.AppendCertsFromPEM(must(os.ReadFile(os.Getenv("MARKET_CA")))), "no certificate in MARKET_CA")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	signed := func(_ context.Context, request *http.Request) error {
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		return nil
	}
	return must(market.NewClientWithResponses(os.Getenv("MARKET_URL"),
		market.WithHTTPClient(&http.Client{Transport: transport, Timeout: 40 * time.Second}), market.WithRequestEditorFn(signed)))
}

func newAccount(name string) market.Session {
	anyone := client("")
	email := openapi.Email(uuid.NewString() + "@example.test")
	body := market.SignUpRequest{Email: email, Password: "correct horse battery", DisplayName: name}
	first := must(anyone.SignUpWithResponse(background, body))
	session := done(first.JSON201, first.Status(), first.Body)
	second := must(anyone.SignUpWithResponse(background, body))
	refused(second.ApplicationproblemJSON409, market.ReasonEMAILTAKEN, second.Body)
	wrong := must(anyone.SignInWithResponse(background, market.SignInRequest{Email: string(email), Password: "something else"}))
	refused(wrong.ApplicationproblemJSON401, market.ReasonBADCREDENTIALS, wrong.Body)
	return session
}

func refreshed(session market.Session, seller openapi.UUID) market.Session {
	for {
		for _, member := range session.Account.Sellers {
			if member.SellerId == seller {
				return session
			}
		}
		time.Sleep(100 * time.Millisecond)
		next := must(client("").RefreshSessionWithResponse(background, market.RefreshSessionRequest{RefreshToken: session.RefreshToken}))
		session = done(next.JSON200, next.Status(), next.Body)
	}
}

// openShop has one product of two units.
func openShop() (*market.ClientWithResponses, market.Offer) {
	sam := newAccount("Sam")
	opened := must(client(sam.AccessToken).OpenSellerWithResponse(background, &market.OpenSellerParams{IdempotencyKey: uuid.NewString()},
		market.OpenSellerRequest{DisplayName: "Engines", Slug: "shop-" + uuid.NewString()[:12], CountryCode: "GB"}))
	seller := done(opened.JSON201, opened.Status(), opened.Body)
	shop := client(refreshed(sam, seller.Id).AccessToken)
	stock := int64(2)
	drafts := []market.OfferDraft{{Sku: "E-1", Price: market.MoneyInput{Amount: amount(1999), Currency: "EUR"}, Stock: &stock}}
	created := must(shop.CreateProductWithResponse(background, seller.Id, &market.CreateProductParams{IdempotencyKey: uuid.NewString()},
		market.CreateProductRequest{Title: "Difference engine", CategoryId: uuid.MustParse(os.Getenv("MARKET_CATEGORY")), Offers: &drafts}))
	product := done(created.JSON201, created.Status(), created.Body)
	public := must(shop.PublishProductWithResponse(background, product.Id, nil, market.PublishProductRequest{}))
	published := done(public.JSON200, public.Status(), public.Body)
	check(published.State == market.ProductStatePUBLISHED, "state:", published.State)
	check(len(published.Offers) == 1 && published.Offers[0].Available == 2, "offers:", published.Offers)
	return shop, published.Offers[0]
}

func amount(minor int64) *int64 { return &minor }

type buyer struct {
	*market.ClientWithResponses
	address openapi.UUID
}

func (b buyer) place(offer market.Offer, quantity int64, method string, quote *string) *market.PlaceOrderResponse {
	return must(b.PlaceOrderWithResponse(background, &market.PlaceOrderParams{IdempotencyKey: uuid.NewString()}, market.PlaceOrderRequest{
		Items:             []market.OrderItem{{OfferId: offer.Id, Quantity: quantity}},
		ShippingAddressId: &b.address, PaymentMethod: method, QuoteHash: quote}))
}

// buyInVain sees every refusal that a buyer is told with values.
func (b buyer) buyInVain(shop *market.ClientWithResponses, offer market.Offer) {
	quoted := must(b.QuoteOrderWithResponse(background, market.QuoteOrderRequest{Items: []market.OrderItem{{OfferId: offer.Id, Quantity: 1}}}))
	quote := done(quoted.JSON200, quoted.Status(), quoted.Body)
	check(quote.Total == market.Money{Amount: 1999, Currency: "EUR"}, "quote:", quote.Total)
	price := market.MoneyInput{Amount: amount(2199), Currency: "EUR"}
	changed := must(shop.UpdateOfferWithResponse(background, offer.Id, nil, market.OfferChangePatch{Price: &price}))
	done(changed.JSON200, changed.Status(), changed.Body)

	dearer := b.place(offer, 1, "pm_card_visa", &quote.QuoteHash)
	line := onlyLine(refused(dearer.ApplicationproblemJSON409, market.ReasonPRICECHANGED, dearer.Body))
	check(line.OldPrice.Amount == 1999 && line.NewPrice.Amount == 2199 && line.OfferId == offer.Id, "line:", line)
	many := b.place(offer, 3, "pm_card_visa", nil)
	short := onlyLine(refused(many.ApplicationproblemJSON409, market.ReasonOUTOFSTOCK, many.Body))
	check(short.Field == "items[0].offerId" && *short.Requested == 3 && *short.Available == 2, "line:", short)
	unpaid := b.place(offer, 1, "pm_card_visa_chargeDeclined", nil)
	declined := refused(unpaid.ApplicationproblemJSON402, market.ReasonPAYMENTDECLINED, unpaid.Body)
	check(declined.Metadata != nil && *declined.Metadata.DeclineCode != "", "the provider's word:", declined)
	check(declined.Metadata.OrderId != nil && *declined.Metadata.PayUntil != "", "what is kept:", declined)
	none := b.place(offer, 0, "pm_card_visa", nil)
	invalid := refused(none.ApplicationproblemJSON400, market.ReasonINVALIDARGUMENT, none.Body)
	check(len(invalid.Fields) == 1 && invalid.Fields[0].Field == "items[0].quantity", "fields:", invalid.Fields)

	unknown := must(b.GetOrderWithResponse(background, uuid.New(), nil))
	refused(unknown.ApplicationproblemJSON404, market.ReasonNOTFOUND, unknown.Body)
	nobody := must(client("").ListMyOrdersWithResponse(background, nil))
	refused(nobody.ApplicationproblemJSON401, market.ReasonUNAUTHENTICATED, nobody.Body)
	one := int32(1)
	listed := must(b.ListMyOrdersWithResponse(background, &market.ListMyOrdersParams{PageSize: &one}))
	check(len(done(listed.JSON200, listed.Status(), listed.Body).Orders) <= 1, "a page:", string(listed.Body))
}

func main() {
	shop, offer := openShop()
	bea := newAccount("Bea")
	b := buyer{ClientWithResponses: client(bea.AccessToken)}
	city, postalCode := "London", "SW1Y 4JH"
	kept := must(b.CreateMyAddressWithResponse(background, nil, market.AddressInput{Recipient: "Bea", Lines: []string{"12 St James's Square"},
		City: &city, PostalCode: &postalCode, CountryCode: "GB"}))
	b.address = done(kept.JSON201, kept.Status(), kept.Body).Id
	b.buyInVain(shop, offer)

	bought := b.place(offer, 1, "pm_card_visa", nil)
	order := done(bought.JSON201, bought.Status(), bought.Body)
	check(order.State == market.OrderStatePLACED && order.Total.Amount == 2199 && len(order.SellerOrders) == 1, "order:", order)
	part := order.SellerOrders[0].Id
	accepted := must(shop.AcceptSellerOrderWithResponse(background, part, nil, market.AcceptSellerOrderRequest{}))
	done(accepted.JSON200, accepted.Status(), accepted.Body)
	sent := must(shop.ShipSellerOrderWithResponse(background, part, nil, market.ShipSellerOrderRequest{Carrier: "Royal Mail", TrackingNumber: "RM1"}))
	shipped := done(sent.JSON200, sent.Status(), sent.Body)
	check(shipped.State == market.OrderStateSHIPPED && *shipped.Parcels[0].TrackingNumber == "RM1", "part:", shipped)
	seen := must(b.GetOrderWithResponse(background, order.Id, nil))
	check(done(seen.JSON200, seen.Status(), seen.Body).State == market.OrderStateSHIPPED, "order:", string(seen.Body))
	cancelled := must(b.CancelOrderWithResponse(background, order.Id, &market.CancelOrderParams{IdempotencyKey: uuid.NewString()},
		market.CancelOrderRequest{}))
	late := refused(cancelled.ApplicationproblemJSON409, market.ReasonILLEGALTRANSITION, cancelled.Body)
	check(late.Metadata != nil && *late.Metadata.From == "SHIPPED" && *late.Metadata.To == "CANCELLED", "states:", late)

	out := must(b.SignOutWithResponse(background, nil))
	check(out.StatusCode() == http.StatusNoContent, "sign-out:", out.Status())
	again := must(client("").RefreshSessionWithResponse(background, market.RefreshSessionRequest{RefreshToken: bea.RefreshToken}))
	refused(again.ApplicationproblemJSON401, market.ReasonSESSIONENDED, again.Body)
}
