// Charges, captures, refunds and finds at the sandbox through Stripe's own library. Prints what it saw, one thing a line. Leaves no money.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/stripe/stripe-go/v83"
)

var (
	ctx    = context.Background()
	group  = os.Getenv("STRIPE_GROUP")
	client = stripe.NewClient(os.Getenv("STRIPE_KEY"), stripe.WithBackends(&stripe.Backends{
		API: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
			URL: stripe.String(os.Getenv("STRIPE_URL")), MaxNetworkRetries: stripe.Int64(0), EnableTelemetry: stripe.Bool(false),
			LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		}),
	}))
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func card(method string, amount int64) *stripe.PaymentIntentCreateParams {
	return &stripe.PaymentIntentCreateParams{
		Amount: stripe.Int64(amount), Currency: stripe.String("eur"), PaymentMethod: stripe.String(method),
		PaymentMethodTypes: []*string{stripe.String("card")}, CaptureMethod: stripe.String("manual"), Confirm: stripe.Bool(true),
		TransferGroup: stripe.String(group), Metadata: map[string]string{"reference": group},
	}
}

func refused(_ *stripe.PaymentIntent, err error) *stripe.Error {
	var known *stripe.Error
	if !errors.As(err, &known) {
		panic(err)
	}
	return known
}

func main() {
	keyed := func(amount int64, key string) *stripe.PaymentIntentCreateParams {
		params := card("pm_card_visa", amount)
		params.SetIdempotencyKey(key)
		return params
	}
	key := rand.Text()
	held := must(client.V1PaymentIntents.Create(ctx, keyed(1999, key)))
	fmt.Println(held.Status, held.AmountCapturable, held.Metadata["reference"] == group)
	fmt.Println(must(client.V1PaymentIntents.Create(ctx, keyed(1999, key))).ID == held.ID)
	reused := refused(client.V1PaymentIntents.Create(ctx, keyed(1, key)))
	fmt.Println(reused.Type, reused.HTTPStatusCode)
	taken := must(client.V1PaymentIntents.Capture(ctx, held.ID, &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(1999)}))
	fmt.Println(taken.Status, taken.AmountReceived)
	for _, amount := range []int64{1000, 999} {
		refund := must(client.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: stripe.String(held.ID), Amount: stripe.Int64(amount),
			Metadata: map[string]string{"reference": fmt.Sprint("r", amount)}}))
		fmt.Println(refund.Status, refund.Amount)
	}
	var references []string
	refunds := &stripe.RefundListParams{PaymentIntent: stripe.String(held.ID)}
	refunds.Limit = stripe.Int64(1)
	for one, err := range client.V1Refunds.List(ctx, refunds) {
		references = append(references, must(one, err).Metadata["reference"])
	}
	fmt.Println(references)
	expanded := &stripe.PaymentIntentRetrieveParams{}
	expanded.AddExpand("latest_charge")
	shown := must(client.V1PaymentIntents.Retrieve(ctx, held.ID, expanded))
	fmt.Println(shown.LatestCharge.Refunded, shown.LatestCharge.AmountRefunded)
	declined := refused(client.V1PaymentIntents.Create(ctx, card("pm_card_visa_chargeDeclined", 1999)))
	fmt.Println(declined.Type, declined.Code, declined.HTTPStatusCode, declined.DeclineCode, declined.PaymentIntent.Status)
	late := refused(client.V1PaymentIntents.Capture(ctx, held.ID, nil))
	fmt.Println(late.Type, late.Code)
	other := must(client.V1PaymentIntents.Create(ctx, card("pm_card_visa", 1999)))
	fmt.Println(must(client.V1PaymentIntents.Cancel(ctx, other.ID, nil)).Status)
	var statuses []stripe.ChargeStatus
	for one, err := range client.V1Charges.List(ctx, &stripe.ChargeListParams{TransferGroup: stripe.String(group)}) {
		statuses = append(statuses, must(one, err).Status)
	}
	fmt.Println(statuses)
	transactions := &stripe.BalanceTransactionListParams{}
	transactions.AddExpand("data.source")
	moved := 0
	for one, err := range client.V1BalanceTransactions.List(ctx, transactions) {
		source := must(one, err).Source
		if (source.Charge != nil && source.Charge.PaymentIntent.ID == held.ID) || (source.Refund != nil && source.Refund.PaymentIntent.ID == held.ID) {
			moved++
		}
		if moved == 3 {
			break
		}
	}
	fmt.Println(moved)
}
