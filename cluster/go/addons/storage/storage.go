// Package storage provisions a folder of the node for each PersistentVolumeClaim.
package storage

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"

	"storeweaver.dev/cluster/addons/apiclient"
	"storeweaver.dev/cluster/addons/commandline"
	"storeweaver.dev/cluster/addons/health"
)

// Name is the provisioner's, as StorageClasses name it.
const Name = "storeweaver.dev/folder"

const (
	retryFirst = 500 * time.Millisecond
	retryMost  = time.Minute
)

// Run provisions and deletes until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("storage", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	root := flags.String("root", "", "folder below which the volumes are made; nobody else may enter it")
	node := flags.String("node", "", "name of the node that has the folder; every node when not given")
	address := flags.String("health", "", "address of /healthz and /readyz, HOST:PORT")
	if err := commandline.Parse(flags, arguments, "kubeconfig", "root"); err != nil {
		return err
	}
	folders, err := open(*root)
	if err != nil {
		return err
	}
	defer folders.Close()
	client, err := apiclient.New(*kubeconfig, "storage")
	if err != nil {
		return err
	}
	known := informers.NewSharedInformerFactory(client, controller.DefaultResyncPeriod)
	claims := known.Core().V1().PersistentVolumeClaims().Informer()
	volumes := known.Core().V1().PersistentVolumes().Informer()
	classes := known.Storage().V1().StorageClasses().Informer()
	synced := []cache.InformerSynced{claims.HasSynced, volumes.HasSynced, classes.HasSynced}
	if err := health.Serve(ctx, *address, func() error { return ready(synced) }); err != nil {
		return err
	}
	if err := forgetUnfinished(ctx, client, folders); err != nil {
		return err
	}
	provisioning := controller.NewProvisionController(
		ctx, client, Name, provisioner{folders: folders, node: *node},
		controller.LeaderElection(false),
		controller.ClaimsInformer(claims),
		controller.VolumesInformer(volumes),
		controller.ClassesInformer(classes),
		// a full disk or a busy folder may pass at any time, and nobody asks a second time
		controller.FailedProvisionThreshold(0),
		controller.FailedDeleteThreshold(0),
		controller.RateLimiter(workqueue.NewTypedItemExponentialFailureRateLimiter[string](retryFirst, retryMost)),
		controller.CreateProvisionedPVBackoff(wait.Backoff{Duration: retryFirst, Factor: 2, Steps: 6}),
	)
	known.Start(ctx.Done())
	go func() {
		if cache.WaitForCacheSync(ctx.Done(), volumes.HasSynced) {
			measure(ctx, client, volumes.GetStore(), folders)
		}
	}()
	provisioning.Run(ctx)
	return nil
}

func ready(synced []cache.InformerSynced) error {
	for _, done := range synced {
		if !done() {
			return errors.New("the API has not been read yet")
		}
	}
	return nil
}

// forgetUnfinished removes the empty folders for which no PersistentVolume was made, since
// this program ended in between and the claim may be gone by now. A folder with content is
// never taken for one of these, whatever the API says.
func forgetUnfinished(ctx context.Context, client kubernetes.Interface, folders *folders) error {
	var found *corev1.PersistentVolumeList
	var problem string
	err := wait.PollUntilContextCancel(ctx, retryFirst, true, func(ctx context.Context) (bool, error) {
		listed, err := client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
		if err != nil && err.Error() != problem && ctx.Err() == nil {
			problem = err.Error()
			slog.Warn("waiting for the API server to list the volumes", "error", err)
		}
		found = listed
		return err == nil, nil
	})
	if err != nil {
		// asked to end while the API server was away
		return nil
	}
	used := make(map[string]bool, len(found.Items))
	for _, volume := range found.Items {
		used[volume.Name] = true
	}
	if err := folders.removeEmpty(used); err != nil {
		return fmt.Errorf("unfinished volumes cannot be removed: %w", err)
	}
	return nil
}
