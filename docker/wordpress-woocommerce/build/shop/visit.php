<?php

/**
 * php visit.php SOCKET: buys in the shop as a guest and looks around as its administrator.
 *
 * Proves that a store made from the dump works, and makes PHP compile what its pages need.
 */

declare(strict_types=1);

require_once __DIR__ . '/Visitor.php';

use StoreWeaver\Build\Visitor;

const WAIT_SECONDS = 60;

$visitor = new Visitor($argv[1]);
$deadline = time() + WAIT_SECONDS;
while ($visitor->status('/healthz') !== 200) {
    time() < $deadline || throw new RuntimeException('the shop did not come up');
    usleep(100_000);
}
$hasShop = is_file('/etc/storeweaver/woocommerce');

$visitor->sees('/', $hasShop ? 'Stoneware mug' : 'Welcome');
$visitor->sees('/?s=mug', '<title>');
$visitor->sees('/no-such-page/', '<title>', 404);
$visitor->sees('/wp-json/', '"namespaces"');

if ($hasShop) {
    $visitor->sees('/shop/', 'Stoneware mug');
    $visitor->sees('/product/stoneware-mug/', 'Holds 350 ml');
    $visitor->sees('/product/cotton-t-shirt/', 'XL');
    $visitor->sees('/product-category/kitchen/', 'Enamel teapot');
    $api = '/wp-json/wc/store/v1';
    $products = $visitor->asks('GET', "$api/products?type=simple&orderby=menu_order&order=asc");
    $visitor->asks('GET', "$api/cart");
    $visitor->asks('POST', "$api/cart/add-item", ['id' => $products[0]['id'], 'quantity' => 2]);
    $visitor->sees('/cart/', 'wc-block-cart');
    $visitor->sees('/checkout/', 'wc-block-checkout');
    $visitor->sees('/my-account/', 'woocommerce-form-login');
    $address = [
        'first_name' => 'Ada', 'last_name' => 'Buyer', 'address_1' => '1 Main Street', 'city' => 'Los Angeles',
        'state' => 'CA', 'postcode' => '90001', 'country' => 'US', 'phone' => '5551234567',
    ];
    $billing = [...$address, 'email' => 'buyer@example.com'];
    $cart = $visitor->asks('POST', "$api/cart/update-customer", [
        'billing_address' => $billing,
        'shipping_address' => $address,
    ]);
    $rate = $cart['shipping_rates'][0]['shipping_rates'][0]['rate_id'];
    $visitor->asks('POST', "$api/cart/select-shipping-rate", ['package_id' => 0, 'rate_id' => $rate]);
    $order = $visitor->asks('POST', "$api/checkout", [
        'billing_address' => $billing,
        'shipping_address' => $address,
        'payment_method' => 'cod',
    ]);
    $order['status'] === 'processing' || throw new RuntimeException("the order is {$order['status']}");
    $visitor->sees("/checkout/order-received/{$order['order_id']}/?key={$order['order_key']}", 'Ada');
}

$visitor->sees('/wp-login.php', 'user_pass');
$visitor->signsIn(getenv('ADMIN_USER'), getenv('ADMIN_PASSWORD'));
$pages = ['/', '/wp-admin/', '/wp-admin/upload.php'];
if ($hasShop) {
    array_push($pages, '/wp-admin/edit.php?post_type=product', '/wp-admin/post-new.php?post_type=product',
        '/wp-admin/admin.php?page=wc-orders', "/wp-admin/admin.php?page=wc-orders&action=edit&id={$order['order_id']}",
        '/wp-admin/admin.php?page=wc-settings', '/wp-admin/admin.php?page=wc-admin');
}
foreach ($pages as $page) {
    $visitor->sees($page, 'wpadminbar');
}
