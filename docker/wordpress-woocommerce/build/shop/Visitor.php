<?php

declare(strict_types=1);

namespace StoreWeaver\Build;

use CurlHandle;
use RuntimeException;

/** A browser on the shop's socket: keeps its cookies, and insists on what it should see. */
final class Visitor
{
    private CurlHandle $curl;
    private string $nonce = '';

    public function __construct(string $socket)
    {
        $this->curl = curl_init();
        curl_setopt_array($this->curl, [
            CURLOPT_UNIX_SOCKET_PATH => $socket,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_COOKIEFILE => '',
            CURLOPT_TIMEOUT => 60,
        ]);
    }

    public function status(string $path): int
    {
        $this->request('GET', $path);
        return curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE);
    }

    public function sees(string $path, string $text, int $status = 200): void
    {
        $body = $this->request('GET', $path);
        $this->insistsOn($status, $path, $body);
        if (!str_contains($body, $text)) {
            throw new RuntimeException("$path does not hold '$text'\n" . substr(strip_tags($body), 0, 2000));
        }
    }

    /**
     * @param ?array<string, mixed> $body
     * @return array<mixed>
     */
    public function asks(string $method, string $path, ?array $body = null): array
    {
        $answer = $this->request($method, $path, $body === null ? '' : json_encode($body), 'application/json');
        $this->insistsOn($method === 'POST' && str_ends_with($path, 'add-item') ? 201 : 200, $path, $answer);
        return json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
    }

    public function signsIn(string $user, string $password): void
    {
        $form = http_build_query(['log' => $user, 'pwd' => $password, 'wp-submit' => 'Log In', 'testcookie' => '1']);
        $answer = $this->request('POST', '/wp-login.php', $form, 'application/x-www-form-urlencoded');
        $this->insistsOn(302, '/wp-login.php', $answer);
    }

    private function request(string $method, string $path, string $body = '', string $type = ''): string
    {
        $headers = $this->nonce === '' ? [] : ["Nonce: $this->nonce"];
        if ($type !== '') {
            $headers[] = "Content-Type: $type";
        }
        curl_setopt_array($this->curl, [
            CURLOPT_URL => "http://storeweaver.invalid$path",
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_HEADERFUNCTION => function (CurlHandle $_, string $line): int {
                if (stripos($line, 'Nonce:') === 0) {
                    $this->nonce = trim(substr($line, strlen('Nonce:')));
                }
                return strlen($line);
            },
        ]);
        return (string) curl_exec($this->curl);
    }

    private function insistsOn(int $status, string $path, string $body): void
    {
        $actual = curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE);
        if ($actual !== $status) {
            throw new RuntimeException("$path answered $actual instead of $status\n" . substr(strip_tags($body), 0, 2000));
        }
    }
}
