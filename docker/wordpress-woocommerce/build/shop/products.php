<?php

/** What the shop sells on its first day. Prices are in units of a currency with two decimals. */

declare(strict_types=1);

return [
    [
        'slug' => 'stoneware-mug', 'name' => 'Stoneware mug', 'category' => 'Kitchen', 'price' => '18',
        'picture' => 'A blue stoneware mug with a round handle',
        'summary' => 'Holds 350 ml and keeps its warmth.',
        'description' => 'Thrown from dense stoneware and glazed inside and out. Goes into the dishwasher and the '
            . 'microwave. Every piece differs a little in tone.',
    ],
    [
        'slug' => 'linen-tote', 'name' => 'Linen tote', 'category' => 'Carry', 'price' => '24',
        'picture' => 'A sand-coloured linen bag with two long handles',
        'summary' => 'Carries a week of groceries, folds into a pocket.',
        'description' => 'Heavy washed linen, double-stitched, with handles long enough for the shoulder. 40 by 42 cm.',
    ],
    [
        'slug' => 'olive-wood-board', 'name' => 'Olive wood board', 'category' => 'Kitchen', 'price' => '34',
        'picture' => 'A long wooden board with a hole in its handle',
        'summary' => 'For bread, cheese and everything that is cut.',
        'description' => 'One piece of olive wood, oiled by hand. Wash it by hand and oil it now and then, and it '
            . 'lasts for decades. 42 by 16 cm.',
    ],
    [
        'slug' => 'beeswax-candle', 'name' => 'Beeswax candle', 'category' => 'Home', 'price' => '16',
        'picture' => 'A lit candle in a brown glass',
        'summary' => 'Burns for 40 hours, smells of honey.',
        'description' => 'Pure beeswax and a cotton wick in a glass that is used again afterwards. 220 g.',
    ],
    [
        'slug' => 'enamel-teapot', 'name' => 'Enamel teapot', 'category' => 'Kitchen', 'price' => '46', 'sale' => '39',
        'picture' => 'A green enamel teapot with a curved spout',
        'summary' => 'One litre, fit for every stove.',
        'description' => 'Enamelled steel with a lid that stays on. For gas, electric and induction stoves and for '
            . 'the camp fire.',
    ],
    [
        'slug' => 'pocket-notebook', 'name' => 'Pocket notebook', 'category' => 'Desk', 'price' => '9',
        'picture' => 'A red notebook with a dark spine and a ribbon',
        'summary' => '96 dotted pages that lie flat.',
        'description' => 'Thread-sewn, with rounded corners and a ribbon. Recycled paper of 90 g takes ink well.',
    ],
    [
        'slug' => 'wool-beanie', 'name' => 'Wool beanie', 'category' => 'Wear', 'price' => '28',
        'picture' => 'A mustard-yellow knitted cap with a folded brim',
        'summary' => 'Merino, warm and light.',
        'description' => 'Knitted from extra-fine merino wool with a folded brim. One size, washable at 30 °C.',
    ],
    [
        'slug' => 'cotton-t-shirt', 'name' => 'Cotton T-shirt', 'category' => 'Wear', 'price' => '22',
        'sizes' => ['S', 'M', 'L', 'XL'],
        'picture' => 'A light blue T-shirt with short sleeves',
        'summary' => 'Heavy organic cotton, straight cut.',
        'description' => 'Organic cotton of 220 g/m² that keeps its shape. Pre-washed, so it does not shrink.',
    ],
];
