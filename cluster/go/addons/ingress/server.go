package ingress

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/caddytls"
)

const (
	// patience is how long a request that no pod has seen waits for one that is just coming.
	patience      = 3 * time.Second
	retryInterval = 200 * time.Millisecond
	dialTimeout   = 2 * time.Second
	// idle is how long a connection to a pod is kept for the next request: less than the
	// five seconds after which Node's server and Apache's close theirs, since a request
	// that crosses with the closing is lost.
	idle = 3 * time.Second
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

// stop ends the servers when open requests are answered or have had their time.
func stop() {
	draining.run()
	_ = caddy.Stop()
}

func configuration(clear, secured []string) object {
	routes := []object{{"handle": []object{{"handler": "storeweaver_router"}, proxy()}}}
	gates := []object{{"wrapper": "storeweaver_gate"}}
	servers := object{}
	if len(clear) > 0 {
		servers["clear"] = object{
			"listen": clear, "listener_wrappers": gates, "routes": routes,
			"automatic_https": object{"disable": true}, "protocols": []string{"h1", "h2c"},
		}
	}
	if len(secured) > 0 {
		servers["secured"] = object{
			"listen": secured, "listener_wrappers": gates, "routes": routes,
			"automatic_https": object{"disable": true}, "protocols": []string{"h1", "h2"},
			"tls_connection_policies": []object{{}},
		}
	}
	return object{
		"admin":   object{"disabled": true, "config": object{"persist": false}},
		"logging": object{"logs": object{"default": object{"level": "ERROR"}}},
		"apps": object{
			"http": object{"servers": servers, "grace_period": settling.String()},
			"tls": object{
				"automation": object{"policies": []object{{
					"get_certificate": []object{{"via": "storeweaver_secrets"}},
					"on_demand":       true,
				}}},
				// all certificates are in Secrets, so Caddy needs no folder of its own
				"disable_storage_check": true,
				"disable_storage_clean": true,
			},
		},
	}
}

// proxy waits where no connection to a pod was made; besides that, only a GET is tried
// again, as is Caddy's rule.
func proxy() object {
	return object{
		"handler":           "reverse_proxy",
		"dynamic_upstreams": object{"source": "storeweaver_pods"},
		"load_balancing": object{
			"selection_policy": object{"policy": "random"},
			"try_duration":     patience.String(),
			"try_interval":     retryInterval.String(),
		},
		"transport": object{
			"protocol":     "http",
			"dial_timeout": dialTimeout.String(),
			"keep_alive":   object{"idle_timeout": idle.String(), "max_idle_conns_per_host": 64},
		},
	}
}
