package ingress

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

func secretOf(t *testing.T, version string) *corev1.Secret {
	t.Helper()
	made, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "tls", ResourceVersion: version},
		Data: map[string][]byte{
			corev1.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}),
			corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		},
	}
}

func TestACertificateFollowsItsSecret(t *testing.T) {
	secrets := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	pairs := keyPairs{secrets: corelisters.NewSecretLister(secrets)}
	find := func() (serial string, err error) {
		certificate, err := pairs.generation()("shop", "tls")
		if err != nil {
			return "", err
		}
		return certificate.Leaf.SerialNumber.String(), nil
	}
	if _, err := find(); err == nil {
		t.Error("a missing Secret gave a certificate")
	}
	_ = secrets.Add(secretOf(t, "1"))
	first, err := find()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := find(); again != first {
		t.Error("the same Secret gave another certificate")
	}
	_ = secrets.Add(secretOf(t, "2"))
	if renewed, _ := find(); renewed == "" || renewed == first {
		t.Errorf("the renewed Secret gave %q after %q", renewed, first)
	}
	broken := secretOf(t, "3")
	broken.Data[corev1.TLSPrivateKeyKey] = nil
	_ = secrets.Add(broken)
	if _, err := find(); err == nil {
		t.Error("a Secret without a key gave a certificate")
	}
}

func TestCertificatesThatAreNotAskedForAreForgotten(t *testing.T) {
	secrets := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	_ = secrets.Add(secretOf(t, "1"))
	pairs := keyPairs{secrets: corelisters.NewSecretLister(secrets)}
	if _, err := pairs.generation()("shop", "tls"); err != nil {
		t.Fatal(err)
	}
	pairs.generation()
	if len(pairs.known) != 0 {
		t.Fatalf("kept: %v", pairs.known)
	}
}
