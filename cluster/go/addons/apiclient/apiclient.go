// Package apiclient reaches the API server as a service of the cluster.
package apiclient

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// New is a client with the credentials of a kubeconfig; service names it in the API
// server's records.
func New(kubeconfig, service string) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig %s cannot be used: %w", kubeconfig, err)
	}
	config.UserAgent = "storeweaver-" + service
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	// the API server is fair to its clients by itself; five requests a second, which is the
	// default, would make a hundred new stores wait for each other
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig %s cannot be used: %w", kubeconfig, err)
	}
	return client, nil
}
