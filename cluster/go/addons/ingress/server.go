package ingress

import (
	"encoding/json"
	"fmt"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/caddytls"
	_ "github.com/caddyserver/caddy/v2/modules/filestorage"
)

type object = map[string]any

// serve starts Caddy on the given addresses, in Caddy's notation (`:80`, `fd/3`).
// Its configuration never changes; routes and certificates come from the current Table.
func serve(clear, secured []string) error {
	raw, err := json.Marshal(configuration(clear, secured))
	if err != nil {
		return err
	}
	if err := caddy.Load(raw, true); err != nil {
		return fmt.Errorf("the proxy cannot start: %w", err)
	}
	return nil
}

func configuration(clear, secured []string) object {
	routes := []object{{"handle": []object{
		{"handler": "storeweaver_router"},
		{
			"handler":           "reverse_proxy",
			"dynamic_upstreams": object{"source": "storeweaver_pods"},
			// a request that no pod has seen yet waits for a pod that is just coming
			"load_balancing": object{
				"selection_policy": object{"policy": "random"},
				"try_duration":     "3s",
				"try_interval":     "100ms",
			},
			"transport": object{"protocol": "http", "dial_timeout": "2s", "keep_alive": object{"max_idle_conns_per_host": 64}},
		},
	}}}
	servers := object{}
	if len(clear) > 0 {
		servers["clear"] = object{
			"listen": clear, "routes": routes, "automatic_https": object{"disable": true},
			"protocols": []string{"h1", "h2c"},
		}
	}
	if len(secured) > 0 {
		servers["secured"] = object{
			"listen": secured, "routes": routes, "automatic_https": object{"disable": true},
			"protocols": []string{"h1", "h2"}, "tls_connection_policies": []object{{}},
		}
	}
	return object{
		"admin":   object{"disabled": true, "config": object{"persist": false}},
		"logging": object{"logs": object{"default": object{"level": "ERROR"}}},
		"apps": object{
			"http": object{"servers": servers, "grace_period": "2s"},
			"tls": object{"automation": object{"policies": []object{{
				"get_certificate": []object{{"via": "storeweaver_secrets"}},
				"on_demand":       true,
			}}}},
		},
	}
}
