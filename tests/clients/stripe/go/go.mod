module marketplace.invalid/stripe

go 1.24

require github.com/stripe/stripe-go/v83 v83.2.1
