//go:build tools

// Package toxiproxy pins the proxy of the chaos suite: go.sum holds the digest of every module it is built from.
package toxiproxy

import _ "github.com/Shopify/toxiproxy/v2/cmd/server"
