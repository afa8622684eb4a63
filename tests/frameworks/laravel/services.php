<?php
// config/services.php

return [
    'gosquared' => [
        'secret' => env('GOSQUARED_SECURE_MODE_SECRET'),
        'previous' => env('GOSQUARED_SECURE_MODE_SECRET_PREVIOUS'),
    ],
];
