package ingress

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/certmagic"
	corev1 "k8s.io/api/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// keyPairs reads certificates out of Secrets, each version of a Secret once.
type keyPairs struct {
	secrets corelisters.SecretLister
	known   map[string]keyPair
}

type keyPair struct {
	version     string
	certificate *tls.Certificate
	err         error
}

// generation finds certificates for one table; those that it does not ask for are forgotten.
func (k *keyPairs) generation() func(namespace, name string) (*tls.Certificate, error) {
	before := k.known
	k.known = map[string]keyPair{}
	return func(namespace, name string) (*tls.Certificate, error) {
		secret, err := k.secrets.Secrets(namespace).Get(name)
		if err != nil {
			return nil, errors.New("there is no Secret of that name with type kubernetes.io/tls")
		}
		key := namespace + "/" + name
		pair, isKnown := before[key]
		if !isKnown || pair.version != secret.ResourceVersion {
			pair = keyPair{version: secret.ResourceVersion}
			pair.certificate, pair.err = parse(secret)
		}
		k.known[key] = pair
		return pair.certificate, pair.err
	}
}

func parse(secret *corev1.Secret) (*tls.Certificate, error) {
	certificate, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return nil, fmt.Errorf("it holds no valid pair of %s and %s: %w", corev1.TLSCertKey, corev1.TLSPrivateKeyKey, err)
	}
	return &certificate, nil
}

func init() { caddy.RegisterModule(Certificates{}) }

// Certificates is where Caddy learns the certificate of a server name.
type Certificates struct {
	fallback *tls.Certificate
}

// CaddyModule names the source of certificates.
func (Certificates) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "tls.get_certificate.storeweaver_secrets", New: func() caddy.Module { return new(Certificates) }}
}

// Provision makes the certificate that is shown where no Secret has one.
func (c *Certificates) Provision(caddy.Context) error {
	fallback, err := selfSigned()
	c.fallback = fallback
	return err
}

// GetCertificate never leaves the name to Caddy, which would ask a public authority for it.
func (c *Certificates) GetCertificate(_ context.Context, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if found := current.Load().Certificate(hello.ServerName); found != nil {
		return found, nil
	}
	return c.fallback, nil
}

// selfSigned is a certificate that no client trusts, for hosts without one of their own:
// after its warning a person still reads which hosts exist.
func selfSigned() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "Store Weaver ingress: no certificate for this host"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(10, 0, 0),
		DNSNames:     []string{"invalid.localhost"},
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, nil
}

var (
	_ certmagic.Manager = (*Certificates)(nil)
	_ caddy.Provisioner = (*Certificates)(nil)
)
